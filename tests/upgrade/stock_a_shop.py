"""Fills an empty shop with a little of everything, by the code of the version that runs it: `manage.py shell < …`.

It may only use what every version has. Nobody in it is real.
"""

import uuid
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models.functions import Now

from cart.models import Cart, CartItem
from cart.services import add_product_to_cart, close_abandoned_carts, merge_guest_cart
from inventory.models import Product, ProductVariant, StockMovement
from inventory.services import stock_move
from workers.models import OutboxRow
from workers.outbox.draining import drain
from workers.outbox.effects import registry

NAMES = [
    "Red Retrospot Mug",
    "Willow Heart",
    "Jumbo Bag Owls",
    "Vintage Cake Stand",
    "Paper Bunting",
    "Lunch Box Robot",
]

variants = []
for number, name in enumerate(NAMES):
    product = Product.objects.create(number=f"2{number:04}", name=name, slug=f"goods-{number}")
    for letter, colour in (("A", "Red"), ("B", "Blue")):
        columns = {"name": colour, "price": f"{number + 1}.95", "low_stock_threshold": 5}
        variants.append(ProductVariant.objects.create(product=product, sku=f"{product.number}{letter}", **columns))
        stock_move(variant_id=variants[-1].pk, delta=20, kind=StockMovement.Kind.OPENING, reason="Opening stock")

customer = User.objects.create_user("ada", "ada@example.com", "a password of nobody")
User.objects.create_superuser("boss", "boss@example.com", "a password of nobody")
guests = [uuid.UUID(int=number) for number in range(1, 6)]

add_product_to_cart(customer, variants[0].pk, 2)
for number, token in enumerate(guests):
    for variant in variants[number : number + 4]:
        add_product_to_cart(None, variant.pk, number + 1, guest_token=token, idempotency_key=uuid.uuid4().hex)
add_product_to_cart(None, variants[-1].pk, 17, guest_token=guests[0])
merge_guest_cart(user_id=customer.pk, guest_token=guests[0])
for name in registry:
    drain(name)

# Left undone: holds that ran out and were not swept, rows that nobody drained, one that is dead.
CartItem.objects.filter(cart__guest_token=guests[1]).update(reserved_until=Now() - timedelta(hours=1))
CartItem.objects.get(cart__guest_token=guests[2], product_variant=variants[3]).delete()
dead = OutboxRow.objects.filter(effect="check_low_stock").earliest("pk")
OutboxRow.objects.filter(pk=dead.pk).update(is_dead=True, attempts=8, error="ValueError: an example")
Cart.objects.filter(guest_token=guests[4]).update(updated_at=Now() - timedelta(days=400))
close_abandoned_carts()
