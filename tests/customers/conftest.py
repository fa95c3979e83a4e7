"""What the tests of customers share: a way to buy."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, Order
from tests.support.ordering import ADA, order
from tests.support.shopping import add

Buy = Callable[..., Order]


@pytest.fixture
def buy(variant: ProductVariant) -> Buy:
    """Order units of `variant` for 2.50 each, and 4.00 for delivery; by default one unit for Ada, as a guest."""
    delivery = DeliveryMethod.objects.create(name="By bike", price=Decimal(4))

    def buy(units: int = 1, **customer: Any) -> Order:
        cart = add(Owner(guest_token=uuid.uuid4()), variant, units)
        return order(cart, delivery, customer=replace(ADA, **customer))

    return buy
