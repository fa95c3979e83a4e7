"""The rate of each tax class in each country."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from inventory.models import TaxClass, TaxRate
from inventory.tax import tax_rates

pytestmark = pytest.mark.django_db


def make_class(name: str, percent: str, **countries: str) -> TaxClass:
    made = TaxClass.objects.create(name=name, percent=Decimal(percent))
    for country, rate in countries.items():
        TaxRate.objects.create(tax_class=made, country=country, percent=Decimal(rate))
    return made


def test_without_a_default_class_the_setting_is_the_rate(settings: Settings) -> None:
    settings.SHOP_TAX_RATE = Decimal("7.5")
    make_class("Books", "0")
    assert tax_rates().of(None, "GB") == Decimal("7.5")


def test_a_country_has_its_own_rate_and_others_that_of_the_class(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    books = make_class("Books", "0", IE="9", FR="5.50")
    with django_assert_num_queries(1):
        rates = tax_rates()
    found = [rates.of(books.pk, country) for country in ("IE", "FR", "GB", "")]
    assert found == [Decimal("9"), Decimal("5.50"), 0, 0]


def test_goods_without_a_class_have_the_default_class() -> None:
    make_class("Books", "0")
    default = make_class("Most goods", "20", IE="23")
    TaxClass.objects.filter(pk=default.pk).update(is_default=True)
    rates = tax_rates()
    assert [rates.of(None, country) for country in ("GB", "IE")] == [20, 23]


@pytest.mark.parametrize("percent", ["-0.01", "100.01"])
def test_the_database_refuses_what_is_no_rate(percent: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_class("Books", percent)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_class("Books", "0", IE=percent)


def test_the_database_has_one_default_class_and_one_rate_a_country() -> None:
    books = make_class("Books", "0", IE="9")
    with pytest.raises(IntegrityError), transaction.atomic():
        TaxRate.objects.create(tax_class=books, country="IE", percent=1)
    TaxClass.objects.update(is_default=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        TaxClass.objects.create(name="Other", percent=1, is_default=True)
