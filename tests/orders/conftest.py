"""What the tests of orders share: a shopper's way to an order, and the rules that hold at the end."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from orders.models import DeliveryMethod
from tests.support.invariants import broken_rules


@pytest.fixture(autouse=True)
def rules_hold_at_the_end(db: None) -> Iterator[None]:
    """Fail the test that leaves a unit held twice, lost, or negative."""
    yield
    assert broken_rules() == {}


@pytest.fixture
def delivery(db: None) -> DeliveryMethod:
    """A delivery method for 3.95, free from 50. Those of the migration are gone where a test emptied the tables."""
    prices = {"price": Decimal("3.95"), "free_from": Decimal(50)}
    return DeliveryMethod.objects.update_or_create(name="Standard", defaults=prices)[0]
