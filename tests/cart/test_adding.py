"""`add_product_to_cart`: what it holds, what it refuses, and what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cart.models import Cart
from cart.owners import Owner
from cart.services import add_product_to_cart
from inventory.models import ProductVariant
from tests.conftest import MakeVariant


def add(owner: Owner, variant: ProductVariant, quantity: int = 1, key: str | None = None) -> Cart:
    return add_product_to_cart(None, variant.pk, quantity, guest_token=owner.guest_token, idempotency_key=key)


def stock(variant: ProductVariant) -> tuple[int, int]:
    variant.refresh_from_db()
    return variant.stock_quantity, variant.reserved_quantity


def test_an_add_holds_the_units(guest: Owner, variant: ProductVariant) -> None:
    cart = add(guest, variant, 3)
    line = cart.items.get()
    assert (line.quantity, line.reserved_quantity, line.price) == (3, 3, variant.price)
    assert stock(variant) == (7, 3)


@pytest.mark.django_db(transaction=True)
def test_statements(guest: Owner, make_variant: MakeVariant) -> None:
    """BEGIN; claim the cart; claim the key; lock the line; take the units; write the line; outbox; COMMIT."""
    variant = make_variant(10)
    add(guest, variant)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        add(guest, variant, key="a key")
    for q in queries:
        print(q["sql"][:300])
    assert len(queries) <= 8
