"""What the tests of orders share: a shopper's way to an order, and the rules that hold at the end."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from pytest_django import Settings

from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, Order
from tests.support.invariants import broken_rules
from tests.support.ordering import order
from tests.support.shopping import add
from tests.support.stripe_server import KEY, SECRET, StripeServer


@pytest.fixture(autouse=True)
def rules_hold_at_the_end(db: None) -> Iterator[None]:
    """Fail the test that leaves a unit held twice, lost, or negative."""
    yield
    assert broken_rules() == {}


@pytest.fixture
def placed(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> Order:
    """An order of four units of `variant`: 10.00, and 3.95 for delivery."""
    return order(add(guest, variant, 4), delivery)


@pytest.fixture
def delivery(db: None) -> DeliveryMethod:
    """A delivery method for 3.95, free from 50. Those of the migration are gone where a test emptied the tables."""
    prices = {"price": Decimal("3.95"), "free_from": Decimal(50)}
    return DeliveryMethod.objects.update_or_create(name="Standard", defaults=prices)[0]


@pytest.fixture
def stripe(settings: Settings) -> Iterator[StripeServer]:
    """Cards by Stripe are offered, first, and a server of the tests is Stripe."""
    with StripeServer() as server:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, server.url
        settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
        settings.SHOP_PAYMENT_PROVIDERS = {
            "stripe": "orders.payments.stripe.Stripe",
            "invoice": "orders.payments.invoice.Invoice",
        }
        yield server
