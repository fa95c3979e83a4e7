"""Two members of staff at one order: the second acts after the first one's page was checked, before its locks."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.forms import model_to_dict
from django.test import Client
from django.urls import reverse

from core.errors import Busy
from inventory.models import ProductVariant
from orders.errors import CountryInOtherZone, StepsRefused
from orders.models import DeliveryMethod, DeliveryRate, DeliveryStep, DeliveryZone, Order, Payment, Refund
from orders.services import (
    cancel_order,
    mark_refund_sent,
    record_payment,
    refund_order,
    return_lines,
    save_delivery_method,
    save_delivery_steps,
    save_delivery_zone,
    ship_order,
    withdraw_payment,
)
from outbox.drain import drain
from outbox.models import OutboxRow
from tests.conftest import AtTheSeam
from tests.support.admin_pages import as_shown
from tests.support.ordering import pay
from tests.support.shopping import stock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rival(make_user: Callable[[str], User]) -> User:
    return make_user("rival")


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("staff"))
    return client


def send(client: Client, address: str, **fields: object) -> str:
    form = client.get(address).context["form"].initial
    return client.post(address, {**form, **fields}, follow=True).content.decode()


def page(order: Order, step: str) -> str:
    return reverse(f"admin:orders_order_{step}", args=[order.pk])


def emails(kind: str) -> int:
    return OutboxRow.objects.filter(effect="write_order_letters", payload__occasion=kind).count()


def test_two_ship_it_and_it_leaves_once(staff: Client, placed: Order, rival: User, at_the_seam: AtTheSeam) -> None:
    pay(placed)
    at_the_seam("orders.services.shipments.lock_order", lambda: ship_order(order_id=placed.pk, actor=rival))
    told = send(staff, page(placed, "ship"), reason="Parcel 17")
    assert "This was done already: rival, " in told
    assert "Your note was not used: “Parcel 17”. Nothing was changed." in told
    assert placed.transitions.filter(to_state="shipped").count() == emails("shipped") == 1
    assert LogEntry.objects.get().user == rival


def test_it_is_cancelled_while_another_notes_its_money(
    staff: Client, placed: Order, rival: User, variant: ProductVariant, at_the_seam: AtTheSeam
) -> None:
    payment, total = placed.payments.get(), placed.total
    at_the_seam(
        "orders.services.transitions.lock_order",
        lambda: record_payment(payment_id=payment.pk, amount=total, actor=rival),
    )
    told = send(staff, page(placed, "cancel"), reason="Asked by telephone")
    assert "This order is paid; from there it cannot become cancelled. Nothing was changed." in told
    assert (stock(variant), emails("cancelled"), Refund.objects.count()) == ((6, 0), 0, 0)


def test_money_is_noted_while_another_cancels(
    staff: Client, placed: Order, rival: User, variant: ProductVariant, at_the_seam: AtTheSeam
) -> None:
    at_the_seam("orders.services.payments.lock_order", lambda: cancel_order(order_id=placed.pk, actor=rival))
    assert "must go back" in send(staff, page(placed, "money"), amount="13.95")
    placed.refresh_from_db()
    assert (placed.state, stock(variant)) == ("cancelled", (10, 0))
    assert Refund.objects.get().amount == placed.total


def test_it_ships_while_another_refunds(
    staff: Client, placed: Order, rival: User, variant: ProductVariant, at_the_seam: AtTheSeam
) -> None:
    pay(placed)
    drain("issue_documents")  # else staff could still issue its invoice
    at_the_seam(
        "orders.services.shipments.lock_order", lambda: refund_order(order_id=placed.pk, actor=rival, reason="Asked")
    )
    told = send(staff, page(placed, "ship"), reason="")
    assert "This order is refunded; from there it cannot become shipped." in told
    assert "Nothing more can be done with it." in told
    assert (stock(variant), emails("shipped")) == ((10, 0), 0)


def test_two_take_the_same_unit_back(
    staff: Client, placed: Order, rival: User, variant: ProductVariant, at_the_seam: AtTheSeam
) -> None:
    pay(placed)
    line = placed.lines.get()
    at_the_seam(
        "orders.services.refunds.lock_order",
        lambda: return_lines(order_id=placed.pk, units={line.pk: 1}, reason="Broken", actor=rival, seen=0),
    )
    told = send(staff, page(placed, "take_back"), reason="Broken", **{f"here_{line.pk}": 1})
    assert "1 unit of this order has come back by now" in told
    assert (stock(variant), Refund.objects.get().amount) == ((7, 0), Decimal("2.50"))


def test_two_send_the_same_refund(staff: Client, placed: Order, rival: User, at_the_seam: AtTheSeam) -> None:
    pay(placed)
    refund_order(order_id=placed.pk, reason="Asked")
    refund = Refund.objects.get()
    at_the_seam(
        "orders.services.refund_sending.lock_due_refund",
        lambda: mark_refund_sent(refund_id=refund.pk, actor=rival, note="First"),
    )
    address = reverse("admin:orders_refund_sent_one", args=[refund.pk])
    told = staff.post(address, {"reason": "Second"}, follow=True).content.decode()
    assert "None of these refunds is due any more. Nothing was noted." in told
    assert LogEntry.objects.get().get_change_message() == "Money sent: First"


def mistyped(placed: Order, actor: User) -> tuple[Payment, Refund]:
    """A payment that was noted with £1,395.00, and the refund that is due for it."""
    payment = record_payment(payment_id=placed.payments.get().pk, amount=Decimal(1395), actor=actor)
    payment.refresh_from_db()
    return payment, payment.refunds.get()


def withdraw(payment: Payment, actor: User) -> Payment:
    return withdraw_payment(payment_id=payment.pk, recorded_at=payment.settled_at, reason="Mistyped", actor=actor)  # type: ignore[arg-type]


def test_a_note_is_withdrawn_while_another_sends_its_refund(
    staff: Client, placed: Order, rival: User, at_the_seam: AtTheSeam
) -> None:
    payment, refund = mistyped(placed, rival)
    at_the_seam(
        "orders.services.payments.lock_due_refund", lambda: mark_refund_sent(refund_id=refund.pk, actor=rival, note="x")
    )
    told = send(staff, page(placed, "mistake"), reason="Mistyped")
    assert "The refund that it made was sent already, so the money is gone. Nothing was changed." in told
    payment.refresh_from_db()
    assert (payment.status, Refund.objects.get().sent_by) == ("paid", rival)


def test_a_refund_is_sent_while_another_withdraws_its_note(
    staff: Client, placed: Order, rival: User, at_the_seam: AtTheSeam
) -> None:
    payment, refund = mistyped(placed, rival)
    at_the_seam("orders.services.refund_sending.lock_due_refund", lambda: withdraw(payment, rival))
    address = reverse("admin:orders_refund_sent_one", args=[refund.pk])
    told = staff.post(address, {"reason": "Second"}, follow=True).content.decode()
    assert "None of these refunds is due any more. Nothing was noted." in told
    assert not Refund.objects.exists()


def test_a_note_is_withdrawn_while_another_ships(
    staff: Client, placed: Order, rival: User, at_the_seam: AtTheSeam
) -> None:
    pay(placed)
    at_the_seam("orders.services.payments.lock_order", lambda: ship_order(order_id=placed.pk, actor=rival))
    told = send(staff, page(placed, "mistake"), reason="Mistyped")
    assert "The order that it paid is shipped by now. Nothing was changed." in told
    placed.refresh_from_db()
    assert (placed.state, placed.payments.get().status) == ("shipped", "paid")


def test_it_ships_while_another_withdraws_its_note(
    staff: Client, placed: Order, rival: User, at_the_seam: AtTheSeam
) -> None:
    pay(placed)
    payment = placed.payments.get()
    at_the_seam("orders.services.shipments.lock_order", lambda: withdraw(payment, rival))
    told = send(staff, page(placed, "ship"), reason="")
    assert "This order is placed; from there it cannot become shipped. Nothing was changed." in told
    assert emails("shipped") == 0


def test_two_take_the_last_two_ways_of_delivery_off(
    staff: Client, delivery: DeliveryMethod, at_the_seam: AtTheSeam
) -> None:
    DeliveryMethod.objects.exclude(pk=delivery.pk).delete()
    other = DeliveryMethod.objects.create(name="Bicycle", price=1)
    other.is_active = False
    at_the_seam(
        "orders.admin.delivery_methods.lock_offered_delivery_methods",
        lambda: save_delivery_method(method=other, fields=["is_active"]),
    )
    off = {"name": "Standard", "price": "3.95", "free_from": "", "place": "1"}
    form = as_shown(model_to_dict(delivery)) | off
    address = reverse("admin:orders_deliverymethod_change", args=[delivery.pk])
    assert "the only way of delivery on offer" in staff.post(address, form, follow=True).content.decode()
    assert DeliveryMethod.objects.get(is_active=True) == delivery


def save_zone(name: str) -> str:
    """Save a zone with France. Returns what came of it."""
    try:
        save_delivery_zone(zone=DeliveryZone(name=name, countries=["FR"]), fields=())
    except (CountryInOtherZone, Busy) as refusal:
        return type(refusal).__name__
    return "saved"


def test_two_put_one_country_into_two_zones(at_the_seam: AtTheSeam) -> None:
    """The second one waits from before the first one's look on. Here it waits in vain: the first one waits for it."""
    rivals: list[str] = []

    def save_theirs() -> None:
        connection.cursor().execute("SET lock_timeout = '200ms'")
        rivals.append(save_zone("Theirs"))

    at_the_seam("orders.services.deliveries.refuse_taken_countries", save_theirs)
    assert (save_zone("Ours"), rivals) == ("saved", ["Busy"])
    assert save_zone("Later") == "CountryInOtherZone"
    assert DeliveryZone.objects.get().name == "Ours"


def test_a_country_that_a_colleague_put_into_a_zone_meanwhile(staff: Client, at_the_seam: AtTheSeam) -> None:
    at_the_seam("orders.admin.delivery_rates.save_delivery_zone", lambda: save_zone("Theirs"))
    form = {"name": "Ours", "countries": ["FR"], "place": "1"}
    told = staff.post(reverse("admin:orders_deliveryzone_add"), form).content.decode()
    assert "France: in the zone Theirs already." in told
    assert DeliveryZone.objects.get().name == "Theirs"


def test_two_change_the_steps_of_a_price(delivery: DeliveryMethod, at_the_seam: AtTheSeam) -> None:
    """Each deletes one of the two steps: the second one finds that its step is the last one."""
    zone = DeliveryZone.objects.create(name="Europe", countries=["FR"])
    rate = DeliveryRate.objects.create(method=delivery, zone=zone)
    light, heavy = (DeliveryStep.objects.create(rate=rate, up_to_grams=grams, price=5) for grams in (1000, 2000))
    at_the_seam(
        "orders.services.deliveries.lock_delivery_rate",
        lambda: save_delivery_steps(rate=rate, steps=[], deleted=[light]),
    )
    with pytest.raises(StepsRefused):
        save_delivery_steps(rate=rate, steps=[], deleted=[heavy])
    assert rate.steps.get().up_to_grams == 2000
