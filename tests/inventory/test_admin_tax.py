"""The admin of tax classes, and the class of a variant."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from backoffice.roles import MANAGER
from inventory.errors import DefaultTaxClass, TaxClassInUse
from inventory.models import ProductVariant, TaxClass, TaxRate
from inventory.services import delete_tax_class, save_tax_class
from tests.support.admin_pages import filled_in
from tests.support.pages import text_of
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db

ADD = reverse("admin:inventory_taxclass_add")
NO_RATES = {"rates-TOTAL_FORMS": "0", "rates-INITIAL_FORMS": "0"}


def rates(*rows: tuple[str, str]) -> dict[str, str]:
    """New rows of the page: country and per cent."""
    sent = {"rates-TOTAL_FORMS": str(len(rows)), "rates-INITIAL_FORMS": "0"}
    for number, (country, percent) in enumerate(rows):
        sent |= {f"rates-{number}-country": country, f"rates-{number}-percent": percent}
    return sent


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(member_of(MANAGER, "mary"))
    return client


@pytest.fixture
def books() -> TaxClass:
    books = TaxClass.objects.create(name="Books", percent=0)
    TaxRate.objects.create(tax_class=books, country="FR", percent=Decimal("5.50"))
    return books


def page(step: str, tax_class: TaxClass) -> str:
    return reverse(f"admin:inventory_taxclass_{step}", args=[tax_class.pk])


def send(client: Client, tax_class: TaxClass, **typed: object) -> Any:
    """Send a page as a browser would, with what was typed."""
    return client.post(page("change", tax_class), filled_in(client.get(page("change", tax_class))) | typed)


def stored(tax_class: TaxClass) -> list[tuple[str, Decimal]]:
    return list(tax_class.rates.values_list("country", "percent"))


def test_a_class_is_added_with_its_rates(manager: Client) -> None:
    sent = {"name": "Books", "percent": "5", "is_default": "on"} | rates(("FR", "5,5"), ("IE", "0"))
    assert manager.post(ADD, sent).status_code == 302
    books = TaxClass.objects.get()
    assert (books.name, books.percent, books.is_default) == ("Books", Decimal(5), True)
    assert stored(books) == [("FR", Decimal("5.50")), ("IE", Decimal(0))]
    assert str(LogEntry.objects.get().user) == "mary"


def test_a_rate_is_changed_another_added_and_one_taken_away(manager: Client, books: TaxClass) -> None:
    typed = {"rates-0-percent": "6", "rates-1-country": "IE", "rates-1-percent": "9"}
    assert send(manager, books, **typed).status_code == 302
    assert stored(books) == [("FR", Decimal(6)), ("IE", Decimal(9))]
    send(manager, books, **{"rates-0-DELETE": "on", "percent": "1"})
    assert stored(books) == [("IE", Decimal(9))]
    assert TaxClass.objects.get().percent == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"percent": "-1"}, "cannot be read"),
        ({"percent": "100.01"}, "less than or equal to 100"),
        ({"percent": "much"}, "cannot be read"),
        ({"percent": ""}, "This field is required"),
        ({"name": "Books"}, "already exists"),
        (rates(("FR", "101")), "less than or equal to 100"),
        (rates(("FR", "")), "This field is required"),
        (rates(("", "5")), "This field is required"),
        (rates(("XX", "5")), "Select a valid choice"),
        (rates(("FR", "5"), ("FR", "6")), "Please correct the duplicate data"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(
    manager: Client, books: TaxClass, typed: dict[str, str], said: str
) -> None:
    answer = manager.post(ADD, {"name": "Food", "percent": "5"} | NO_RATES | typed)
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert TaxClass.objects.get() == books
    assert stored(books) == [("FR", Decimal("5.50"))]


def test_a_country_has_one_rate(manager: Client, books: TaxClass) -> None:
    answer = send(manager, books, **{"rates-1-country": "FR", "rates-1-percent": "9"})
    assert "Please correct the duplicate data for country." in text_of(answer)
    assert stored(books) == [("FR", Decimal("5.50"))]


def test_the_country_of_a_rate_stays(manager: Client, books: TaxClass) -> None:
    assert send(manager, books, **{"rates-0-country": "IE", "rates-0-percent": "6"}).status_code == 302
    assert stored(books) == [("FR", Decimal(6))]


def test_of_two_default_classes_the_newer_one_is_it(manager: Client, books: TaxClass) -> None:
    TaxClass.objects.create(name="Most goods", percent=20, is_default=True)
    assert send(manager, books, is_default="on").status_code == 302
    assert list(TaxClass.objects.filter(is_default=True)) == [books]


def test_the_default_class_stays_the_default_and_is_not_deleted(manager: Client) -> None:
    most = TaxClass.objects.create(name="Most goods", percent=20, is_default=True)
    told = "This is the default class, of all goods without a tax class. Make another class the default one first."
    sent = filled_in(manager.get(page("change", most)))
    del sent["is_default"]
    assert told in text_of(manager.post(page("change", most), sent))
    for method in (manager.get, manager.post):
        answer: Any = method(page("delete", most), {"post": "yes"}, follow=True)
        assert told in text_of(answer)
    assert TaxClass.objects.get().is_default


def test_a_class_in_use_is_not_deleted_and_says_what_to_do(
    manager: Client, books: TaxClass, variant: ProductVariant
) -> None:
    ProductVariant.objects.update(tax_class=books)
    answer = manager.post(page("delete", books), {"post": "yes"}, follow=True)
    assert "1 variant has this tax class, so it cannot be deleted. Give it another one first" in text_of(answer)
    assert TaxClass.objects.filter(pk=books.pk).exists()
    ProductVariant.objects.update(tax_class=None)
    manager.post(page("delete", books), {"post": "yes"})
    assert not TaxClass.objects.exists()
    assert not TaxRate.objects.exists()


def test_the_services_refuse_the_same(books: TaxClass, variant: ProductVariant) -> None:
    ProductVariant.objects.update(tax_class=books)
    with pytest.raises(TaxClassInUse):
        delete_tax_class(tax_class=books)
    TaxClass.objects.update(is_default=True)
    books.refresh_from_db()
    with pytest.raises(DefaultTaxClass):
        delete_tax_class(tax_class=books)
    books.is_default = False
    with pytest.raises(DefaultTaxClass):
        save_tax_class(tax_class=books, fields=["is_default"])


@pytest.mark.parametrize("is_of_product", [True, False])
def test_a_variant_gets_its_class(
    manager: Client, books: TaxClass, variant: ProductVariant, is_of_product: bool
) -> None:
    row = variant.product if is_of_product else variant
    address = reverse(f"admin:inventory_{row._meta.model_name}_change", args=[row.pk])
    prefix = "variants-0-" if is_of_product else ""
    for chosen in (books, None):
        sent = filled_in(manager.get(address)) | {f"{prefix}tax_class": str(chosen.pk) if chosen else ""}
        assert manager.post(address, sent).status_code == 302
        variant.refresh_from_db()
        assert variant.tax_class == chosen


def test_the_list_says_the_rates_of_each(manager: Client, books: TaxClass) -> None:
    answer = text_of(manager.get(reverse("admin:inventory_taxclass_changelist")))
    assert "FR 5.5" in answer
