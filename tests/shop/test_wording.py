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


@pytest.mark.parametrize(
    ("language", "currency", "symbol", "amount", "text"),
    [
        ("de", "EUR", "", "1234.5", "1.234,50\xa0€"),
        ("en-us", "JPY", "", "100.00", "¥100"),
        ("ja", "JPY", "¥", "1234.00", "¥1,234"),
        ("en-us", "JPY", "", "9.09", "¥9.09"),
        ("en-gb", "KWD", "", "3.50", "KWD3.500"),
        ("en-gb", "USD", "", "3.50", "US$3.50"),
        ("en-gb", "USD", "$", "3.50", "$3.50"),
        ("udm", "GBP", "", "1234.5", "£1,234.50"),
    ],
    ids=[
        *("symbol last", "no decimals", "own symbol", "never rounded away", "three decimals"),
        *("symbol of another country", "own symbol instead", "language that Babel does not know"),
    ],
)
def test_money_as_each_language_writes_each_currency(
    settings: Settings, language: str, currency: str, symbol: str, amount: str, text: str
) -> None:
    settings.SHOP_CURRENCY, settings.SHOP_CURRENCY_SYMBOL = currency, symbol
    with translation.override(language):
        assert money(Decimal(amount)) == text


def test_without_a_language_money_is_in_that_of_the_shop(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "de"
    with translation.override(None):
        assert money(Decimal("1234.5")) == "1.234,50\xa0£"


def test_a_moment_of_another_day_has_its_date() -> None:
    now = timezone.localtime()
    assert clock_time(now) == f"{now:%H:%M}"
    later = now + timedelta(days=3)
    assert clock_time(later) == f"{later.day} {later:%b %Y, %H:%M}"


@pytest.mark.parametrize(
    ("name", "text"),
    [("Standard", "Paper Parasol"), ("Pink", "Paper Parasol (Pink)"), ("Paper Parasol", "Paper Parasol")],
)
def test_a_variant_is_named_where_that_tells_something(name: str, text: str) -> None:
    assert full_name(ProductVariant(product=Product(name="Paper Parasol"), name=name)) == text
