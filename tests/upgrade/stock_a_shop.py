"""Fills an empty shop with a little of everything, by the code of the version that runs it: `manage.py shell < …`.

It is written for the version that is dumped next; dumps of earlier versions were made by what it was then. Nobody in it
is real.
"""

import uuid
from datetime import date, timedelta
from decimal import Decimal

from django.contrib.auth.models import Group, Permission, User
from django.db.models.functions import Now
from django_celery_results.models import TaskResult

from analytics.models import DailyFigure
from analytics.rollup import roll_up_marked_days
from cart.audit import run_audit
from cart.models import Cart, CartItem
from cart.services import (
    add_product_to_cart,
    close_abandoned_carts,
    extend_holds,
    merge_guest_cart,
    release_holds,
)
from delivery.deliver import deliver
from delivery.models import Delivery
from delivery.services import send_email
from inventory.imports.models import ImportJob
from inventory.imports.services import confirm_import, start_import
from inventory.models import LowStockAlert, Product, ProductVariant, StockMovement
from inventory.services import acknowledge_alerts, move_stock, mute_variants, save_variant
from inventory.tax import tax_rates
from orders.delivery_prices import parcel_of
from orders.models import DeliveryMethod, Order, Refund
from orders.models.addresses import Customer
from orders.payments import PaymentEvent
from orders.selectors import review_of
from orders.services import (
    cancel_order,
    mark_refund_sent,
    place_order,
    record_payment,
    refund_order,
    return_lines,
    save_checkout,
    settle_payment,
    ship_order,
)
from orders.tariffs import delivery_prices
from outbox.drain import drain
from outbox.heartbeat import note_heartbeat, note_starts
from outbox.models import OutboxRow
from outbox.registry import registry

NAMES = [
    "Red Retrospot Mug",
    "Willow Heart",
    "Jumbo Bag Owls",
    "Vintage Cake Stand",
    "Paper Bunting",
    "Lunch Box Robot",
]
PASSWORD = "a password of nobody"
ADA = Customer(
    email="ada@example.com", name="Ada", street="1 Analytical Row", city="London", postcode="N1 1AA", country="UK"
)

variants = []
for number, name in enumerate(NAMES):
    product = Product.objects.create(number=f"2{number:04}", name=name, slug=f"goods-{number}")
    for letter, colour in (("A", "Red"), ("B", "Blue")):
        columns = {"name": colour, "price": f"{number + 1}.95", "low_stock_threshold": 5}
        variants.append(ProductVariant.objects.create(product=product, sku=f"{product.number}{letter}", **columns))
        move_stock(variant_id=variants[-1].pk, delta=20, kind=StockMovement.Kind.OPENING, reason="Opening stock")

customer = User.objects.create_user("ada", "ada@example.com", PASSWORD)
boss = User.objects.create_superuser("boss", "boss@example.com", PASSWORD)
clerk = User.objects.create_user("clerk", "clerk@example.com", PASSWORD, is_staff=True)
clerk.groups.add(Group.objects.get(name="Clerk"))
# A role of the shop's own making, which no release knows.
readers = Group.objects.create(name="Bookkeeper")
readers.permissions.set(Permission.objects.filter(codename__in=["view_order", "view_analyticsevent", "view_letter"]))
guests = [uuid.UUID(int=number) for number in range(1, 6)]


def drain_all() -> None:
    for effect in registry:
        drain(effect)


def ordered(variant_number: int, units: int, provider: str = "invoice") -> Order:
    """An order of a customer that comes back each time."""
    cart = add_product_to_cart(customer, variants[variant_number].pk, units)
    lines, delivery = list(cart.items.select_related("product_variant")), DeliveryMethod.objects.earliest("pk")
    cart.refresh_from_db()
    offer = delivery_prices().offer(delivery.pk, parcel_of(lines, ADA.country))
    assert offer
    return place_order(
        cart,
        customer=ADA,
        delivery_method_id=delivery.pk,
        expected=review_of(cart, lines, offer, rates=tax_rates(), country=ADA.country).expected,
        provider=provider,
        idempotency_key=str(uuid.uuid4()),
    )


def paid(order: Order) -> Order:
    payment = order.payments.get(status="pending")
    record_payment(payment_id=payment.pk, amount=payment.amount, actor=boss)
    return order


# Orders in every state, a refund that was sent and refunds that are due.
ordered(6, 1)
paid(ordered(7, 2))
ship_order(order_id=paid(ordered(8, 3)).pk, actor=clerk, note="TRACK-1")
cancel_order(order_id=ordered(9, 1).pk, actor=boss, note="Asked for by telephone")
refund_order(order_id=paid(ordered(10, 1)).pk, reason="Lost on the way", actor=boss)
returned = paid(ordered(11, 3))
return_lines(order_id=returned.pk, units={returned.lines.get().pk: 1}, reason="Broken", actor=boss)
mark_refund_sent(refund_id=Refund.objects.earliest("pk").pk, actor=boss, note="by bank")
by_bank = ordered(6, 2, "testbank").payments.get()
settle_payment(event=PaymentEvent(by_bank.reference, True, by_bank.amount + 1, "GBP"), provider="testbank")

# Carts, and what staff did to goods, stock and holds.
add_product_to_cart(customer, variants[0].pk, 2)
for number, token in enumerate(guests):
    for variant in variants[number : number + 4]:
        add_product_to_cart(None, variant.pk, number + 1, guest_token=token, idempotency_key=uuid.uuid4().hex)
add_product_to_cart(None, variants[-1].pk, 14, guest_token=guests[0])
merge_guest_cart(user_id=customer.pk, guest_token=guests[0])
variants[5].price = Decimal("4.50")
save_variant(variant=variants[5], fields=["price"], actor=boss)
move_stock(variant_id=variants[4].pk, delta=5, kind=StockMovement.Kind.RECEIPT, reason="Delivery 17", actor=clerk)
holds = CartItem.objects.filter(cart__guest_token=guests[3], reserved_quantity__gt=0).order_by("pk")
extend_holds(line_ids=[holds[0].pk], actor=clerk, reason="Asked by telephone")
release_holds(line_ids=[holds[1].pk], actor=clerk, reason="A mistake of theirs")
cart_in_checkout = Cart.objects.get(guest_token=guests[3])
save_checkout(cart_id=cart_in_checkout.pk, customer=ADA, delivery_method_id=DeliveryMethod.objects.earliest("pk").pk)
counted = f"sku,delta,reason\n{variants[3].sku},4,Stocktake\n".encode()
job = start_import(kind=ImportJob.Kind.ADJUSTMENTS, file_name="stocktake.csv", content=counted, by=boss)
drain_all()
confirm_import(job_id=job.pk, preview=1, by=boss)
drain_all()
mute_variants(variant_ids=[variants[1].pk], lasting=timedelta(days=7), actor=clerk, reason="Discontinued")
acknowledge_alerts(alert_ids=[LowStockAlert.objects.open().earliest("pk").pk], actor=clerk)

# What runs behind the pages.
deliver("email")
roll_up_marked_days()
DailyFigure.objects.create(
    day=date(2026, 1, 2), name="purchase", of_dropped=True, events=1, quantity=2, value=Decimal("3.90")
)
run_audit()
note_heartbeat("beat")
note_starts({"sweep_outbox": Cart.objects.earliest("pk").created_at})
TaskResult.objects.create(task_id=uuid.uuid4().hex, task_name="sweep_holds", status="SUCCESS", result="0")

# Left undone: holds that ran out and were not swept, a change of each kind that nobody drained, a dead row, an e-mail
# that waits and one that is dead.
CartItem.objects.filter(cart__guest_token=guests[1]).update(reserved_until=Now() - timedelta(hours=1))
CartItem.objects.get(cart__guest_token=guests[2], product_variant=variants[3]).delete()
ordered(7, 1)
for variant in variants[2:4]:
    add_product_to_cart(customer, variant.pk, 2)
send_email(kind="test", to="ada@example.com", subject="Waits", text="To be sent.", dedupe_key="waits")
send_email(kind="test", to="nobody@example.com", subject="Dead", text="Not to be sent.", dedupe_key="dead")
Delivery.objects.filter(dedupe_key="dead").update(is_dead=True, attempts=40, error="SMTPException: an example")
start_import(kind=ImportJob.Kind.ADJUSTMENTS, file_name="second.csv", content=counted + b"\n", by=boss)
dead = OutboxRow.objects.filter(effect="check_low_stock").earliest("pk")
OutboxRow.objects.filter(pk=dead.pk).update(is_dead=True, attempts=8, error="ValueError: an example")
Cart.objects.filter(guest_token=guests[4]).update(
    created_at=Now() - timedelta(days=400), updated_at=Now() - timedelta(days=400)
)
close_abandoned_carts()
