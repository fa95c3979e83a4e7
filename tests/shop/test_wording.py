"""How money, moments and goods read."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation
from pytest_django import Settings

from inventory.models import Product, ProductVariant
from shop.wording import clock_time, full_name, money


@pytest.mark.parametrize(
    ("amount", "text"), [("0", "£0.00"), ("0.5", "£0.50"), ("1234567.891", "£1,234,567.89"), ("2.50", "£2.50")]
)
def test_money(amount: str, text: str) -> None:
    assert money(Decimal(amount)) == text


def test_money_in_another_language_and_currency(settings: Settings) -> None:
    settings.SHOP_CURRENCY_SYMBOL = "€"
    with translation.override("de"):
        assert money(Decimal("1234.5")) == "€1.234,50"


def test_a_moment_of_another_day_has_its_date() -> None:
    now = timezone.localtime()
    assert clock_time(now) == f"{now:%H:%M}"
    later = now + timedelta(days=3)
    assert clock_time(later) == f"{later.day} {later:%B %H:%M}"


@pytest.mark.parametrize(
    ("name", "text"),
    [("Standard", "Paper Parasol"), ("Pink", "Paper Parasol (Pink)"), ("Paper Parasol", "Paper Parasol")],
)
def test_a_variant_is_named_where_that_tells_something(name: str, text: str) -> None:
    assert full_name(ProductVariant(product=Product(name="Paper Parasol"), name=name)) == text
