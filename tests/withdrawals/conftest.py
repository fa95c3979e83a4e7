"""What the tests of withdrawals share: an order of four units of one variant and one of another, paid or shipped."""

from decimal import Decimal

import pytest

from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, Order
from orders.services import ship_order
from tests.conftest import MakeVariant
from tests.orders.conftest import rules_hold_at_the_end
from tests.support.ordering import order, pay
from tests.support.shopping import add

__all__ = ["rules_hold_at_the_end"]


@pytest.fixture
def other(make_variant: MakeVariant) -> ProductVariant:
    return make_variant(price="10.00")


@pytest.fixture
def placed(guest: Owner, variant: ProductVariant, other: ProductVariant) -> Order:
    """Four units for 2.50 each, one for 10.00, and 4.00 for delivery."""
    delivery = DeliveryMethod.objects.create(name="By bike", price=Decimal(4))
    add(guest, variant, 4)
    return order(add(guest, other), delivery)


@pytest.fixture
def paid(placed: Order) -> Order:
    pay(placed)
    return placed


@pytest.fixture
def shipped(paid: Order) -> Order:
    return ship_order(order_id=paid.pk)
