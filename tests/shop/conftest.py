"""Fixtures of the pages' tests."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

import core.redis
from cart.models import CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import DeliveryMethod
from tests.orders.conftest import stripe
from tests.support.checkout import BOTH
from tests.support.pages import Form, MakeSibling, MakeUser, become_guest, form
from tests.support.shopping import held

__all__ = ["stripe"]


@pytest.fixture
def redis_away(settings: Settings) -> Iterator[None]:
    """Redis is at a port that nobody can listen on by chance."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    core.redis.client.cache_clear()
    yield
    core.redis.client.cache_clear()


@pytest.fixture
def shopper(client: Client, db: None) -> Owner:
    """The guest that `client` is, with an empty cart."""
    return become_guest(client)


@pytest.fixture
def add_form(client: Client, variant: ProductVariant) -> Form:
    """The add form of the page of `variant`, as `client` sees it."""
    return form(client.get(variant.product.get_absolute_url()), "/cart/add/")


@pytest.fixture
def sibling() -> MakeSibling:
    """Another variant of the same product."""

    def make(variant: ProductVariant, letter: str, **columns: object) -> ProductVariant:
        sku = f"{variant.product.number}{letter}"
        return ProductVariant.objects.create(
            **{"product": variant.product, "sku": sku, "name": letter, "price": 3, "stock_quantity": 5} | columns
        )

    return make


@pytest.fixture
def delivery(db: None) -> DeliveryMethod:
    """The only delivery method: 3.95, free from 50."""
    DeliveryMethod.objects.all().delete()
    return DeliveryMethod.objects.create(
        name="Standard", price=Decimal("3.95"), free_from=Decimal(50), description="Two days"
    )


@pytest.fixture
def with_test_bank(settings: Settings) -> None:
    """Invoices and the test bank are offered. Its button that calls twice asks twice in one request, as it should."""
    settings.SHOP_PAYMENT_PROVIDERS = BOTH
    settings.ZEAL_ALLOWLIST = [*settings.ZEAL_ALLOWLIST, {"model": "orders.Order", "field": "payments"}]


@pytest.fixture
def line(shopper: Owner, variant: ProductVariant) -> CartItem:
    """The shopper's line of two units, 5.00 in all."""
    return held(shopper, variant, 2)


@pytest.fixture
def ada(client: Client, make_user: MakeUser) -> User:
    """A customer, logged in."""
    user = make_user("ada")
    client.force_login(user)
    return user
