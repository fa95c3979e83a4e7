"""Sales and tax of a period, on the pages and in the files."""

import csv
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from backoffice.navigation import sections
from cart.owners import Owner
from core.days import start_of, today
from inventory.models import Category, Product, ProductVariant, TaxClass
from orders.admin.reports import presets
from orders.models import DeliveryMethod, Order, OrderLine, OrderTax, Refund, RefundTax
from orders.reports import REPORTS, Period
from orders.services import refund_order, return_lines
from tests.conftest import MakeVariant
from tests.support.ordering import order, pay
from tests.support.pages import text_of
from tests.support.shopping import add

pytestmark = pytest.mark.django_db

NOON = timedelta(hours=12)
DAY = date(2026, 3, 10)
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.fixture
def sold(guest: Owner, make_variant: MakeVariant, delivery: DeliveryMethod) -> Order:
    """Two mugs at 10.00 and four books at 2.50 with delivery for 3.95, on 10 March; three of the books came back."""
    book, mug = make_variant(price="2.50"), make_variant(price="10.00")
    Product.objects.filter(pk=mug.product_id).update(
        number="M1", name="Mug", category=Category.objects.create(slug="k", name="Cups")
    )
    Product.objects.filter(pk=book.product_id).update(number="B1", name="Book", category=None)
    ProductVariant.objects.filter(pk=book.pk).update(tax_class=TaxClass.objects.create(name="Books", percent=5))
    add(guest, mug, 2)
    placed = order(add(guest, book, 4), delivery)
    pay(placed)
    return_lines(order_id=placed.pk, units={placed.lines.get(sku=book.sku).pk: 3}, reason="broken")
    move(placed, DAY)
    return placed


def move(placed: Order, day: date) -> None:
    Order.objects.filter(pk=placed.pk).update(created_at=start_of(day) + NOON)
    Refund.objects.filter(order=placed).update(created_at=start_of(day) + NOON)


def rows(name: str, period: Period = MARCH) -> list[tuple[Any, ...]]:
    return REPORTS[name].rows(period)


def amounts(*written: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, written))


SALES = (1, *amounts("30.00", "3.95", "33.95", "7.50", "26.45"))


def test_sales_by_day_and_by_country(sold: Order) -> None:
    assert rows("days") == [(DAY, *SALES)]
    assert rows("countries") == [("GB", *SALES)]
    assert REPORTS["days"].sums(rows("days")) == SALES


def test_sales_by_product_and_by_category(sold: Order) -> None:
    mugs = (2, Decimal("20.00"), 0, Decimal("0.00"), Decimal("20.00"))
    books = (4, Decimal("10.00"), 3, Decimal("7.50"), Decimal("2.50"))
    assert rows("products") == [("M1", "Mug", *mugs), ("B1", "Book", *books)]
    assert rows("categories") == [("Cups", *mugs), ("Without a category", *books)]


# Of the order: 22.63 at 20 % with 3.77 of tax, and 11.32 at 5 % with 0.54; see test_taxes.py.
AT_20 = amounts("22.63", "3.77", "0.00", "0.00", "22.63", "3.77", "18.86")
AT_5 = amounts("11.32", "0.54", "7.50", "0.36", "3.82", "0.18", "3.64")


def test_tax_by_country_and_rate(sold: Order) -> None:
    assert rows("tax") == [("GB", 20, *AT_20), ("GB", 5, *AT_5)]


def test_the_tax_of_what_came_back_whole_is_nothing(sold: Order) -> None:
    refund_order(order_id=sold.pk, reason="lost")
    move(sold, DAY)
    for row in rows("tax"):
        assert row[-3:] == (0, 0, 0)


def test_an_order_from_before_tax_classes_has_its_one_rate(sold: Order) -> None:
    RefundTax.objects.all().delete()
    OrderTax.objects.all().delete()
    OrderLine.objects.update(tax_rate=None)
    (row,) = rows("tax")
    assert row[:6] == ("GB", 20, *amounts("33.95", "4.31", "7.50", "1.25"))


@pytest.mark.parametrize("state", ["placed", "cancelled"])
def test_what_was_not_paid_is_no_sale(sold: Order, state: str) -> None:
    Refund.objects.all().delete()
    Order.objects.update(state=state)
    assert [rows(name) for name in REPORTS] == [[]] * len(REPORTS)


def test_money_that_paid_for_nothing_is_no_refund_of_a_sale(sold: Order) -> None:
    payment = sold.payments.get()
    Refund.objects.create(order=sold, payment=payment, amount=99, reason="twice", created_at=start_of(DAY) + NOON)
    assert rows("days") == [(DAY, *SALES)]
    assert [row[4] for row in rows("tax")] == [0, Decimal("7.50")]


def test_days_are_those_of_the_shop(sold: Order) -> None:
    """In London, the last night of March begins at 23:00 UTC. Refunds count on their own day."""
    evening = datetime(2026, 3, 31, 22, 59, tzinfo=ZoneInfo("UTC"))
    for minutes, count in ((0, 1), (1, 0)):
        Order.objects.update(created_at=evening + timedelta(minutes=minutes))
        assert sum(row[1] for row in rows("days")) == count
    assert [row[0] for row in rows("days", Period(date(2026, 3, 1), date(2026, 4, 30)))] == [DAY, date(2026, 4, 1)]


def test_a_period_has_its_first_and_its_last_day(sold: Order) -> None:
    assert len(rows("days", Period(DAY, DAY))) == 1
    for day in (DAY - timedelta(1), DAY + timedelta(1)):
        assert rows("days", Period(day, day)) == []


def test_presets() -> None:
    found = {name: (str(each.first), str(each.last)) for name, each in presets(date(2026, 2, 28)).items()}
    assert found == {
        "Today": ("2026-02-28", "2026-02-28"),
        "This month": ("2026-02-01", "2026-02-28"),
        "Last month": ("2026-01-01", "2026-01-31"),
        "This quarter": ("2026-01-01", "2026-02-28"),
        "Last quarter": ("2025-10-01", "2025-12-31"),
        "This year": ("2026-01-01", "2026-02-28"),
        "Last year": ("2025-01-01", "2025-12-31"),
    }
    assert presets(date(2026, 12, 31))["Last quarter"] == Period(date(2026, 7, 1), date(2026, 9, 30))


def address(name: str, **query: str) -> str:
    return reverse("admin:orders_report", args=[name], query=query)


IN_MARCH = {"first": "2026-03-01", "last": "2026-03-31"}


@pytest.mark.parametrize("name", REPORTS)
def test_each_page_has_its_rows_and_their_sum(manager: Client, sold: Order, name: str) -> None:
    page = text_of(manager.get(address(name, **IN_MARCH)))
    assert REPORTS[name].title in page
    assert "In all" in page
    assert "£7.50" in page
    assert "Nothing was sold" in text_of(manager.get(address(name, first="2025-01-01", last="2025-12-31")))


@pytest.mark.parametrize("name", REPORTS)
def test_each_is_exported(manager: Client, sold: Order, name: str) -> None:
    answer: Any = manager.get(address(name, csv="1", **IN_MARCH))
    header, *found = csv.reader(answer.getvalue().decode("utf-8-sig").splitlines())
    assert header == [*REPORTS[name].keys, *REPORTS[name].heads]
    assert len(found) == len(rows(name))
    assert f"{name}-2026-03-01-2026-03-31" in answer["Content-Disposition"]


def test_the_file_has_plain_numbers(manager: Client, sold: Order) -> None:
    answer: Any = manager.get(address("tax", csv="1", **IN_MARCH))
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert lines[1] == "United Kingdom,20.00,22.63,3.77,0.00,0.00,22.63,3.77,18.86"


def test_the_page_begins_with_this_month(manager: Client, sold: Order) -> None:
    move(sold, today())
    assert "£26.45" in text_of(manager.get(address("days")))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"first": "2026-03-02", "last": "2026-03-01"}, "This is before the first day."),
        ({"first": "1990-01-01", "last": "2026-03-01"}, "These are more than ten years."),
        ({"first": "x", "last": "2026-03-01"}, "Enter a valid date."),
        ({"first": "2026-03-01"}, "This field is required."),
        ({"first": "9999-12-31", "last": "9999-12-31"}, "Choose an earlier one."),
    ],
)
def test_what_is_no_period_is_said(manager: Client, sold: Order, query: dict[str, str], said: str) -> None:
    answer = manager.get(address("days", **query))
    assert answer.status_code == 400
    assert said in text_of(answer)


@pytest.mark.parametrize(("page", "marked"), [("reports/tax/", ["Reports"]), ("", [])])
def test_the_sidebar_marks_the_reports(manager: Client, page: str, marked: list[str]) -> None:
    """On all other pages django-unfold finds out by itself."""
    request = manager.get(reverse("admin:orders_order_changelist") + page).wsgi_request
    items = [item for section in sections(request) for item in section["items"]]
    assert [item["title"] for item in items if item.get("active")] == marked


def test_an_unknown_report_is_not_found(manager: Client) -> None:
    assert manager.get(address("profits")).status_code == 404


def test_more_rows_than_a_page_has_are_summed_and_said(
    manager: Client, sold: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.admin.reports._MOST_SHOWN", 1)
    page = text_of(manager.get(address("products", **IN_MARCH)))
    assert "The first 1 of 2 rows are shown." in page
    assert "£22.50" in page


def test_statements(sold: Order, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """BEGIN (here a savepoint), the longer time-out, the query, COMMIT."""
    for name in REPORTS:
        with django_assert_num_queries(4):
            rows(name)
