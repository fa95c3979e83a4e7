"""The first page of the admin: today from events, the days before from roll-ups, what runs low, what is wrong."""

import json
import re
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.rollup import roll_up_marked_days
from backoffice.dashboard.low_stock import LowStock, read_low_stock
from backoffice.dashboard.page import charts
from backoffice.dashboard.trade import read_trade, sales_of
from backoffice.roles import CLERK
from cart.owners import Owner
from core.days import start_of, today
from inventory.models import LowStockAlert, ProductVariant
from orders.models import DeliveryMethod, Order
from orders.selectors import ToDo, orders_to_do
from orders.services import refund_order, save_checkout
from outbox.drain import drain
from tests.analytics.test_rollup import record
from tests.conftest import MakeVariant
from tests.support.ordering import ADA, order, pay
from tests.support.shopping import add
from tests.support.staff import member_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("one_day")]


def ago(days: int) -> datetime:
    return start_of(today() - timedelta(days=days))


def alert(variant: ProductVariant, level: str = "low") -> None:
    LowStockAlert.objects.create(variant=variant, level=level, stock_when_opened=variant.stock_quantity)


def low_stock() -> LowStock:
    roll_up_marked_days()
    return read_low_stock(read_trade())


@pytest.fixture
def clerk(client: Client) -> Client:
    user = member_of(CLERK)
    client.force_login(user)
    return client


def test_today_is_counted_from_its_events_and_the_days_before_from_roll_ups() -> None:
    record(at=ago(0), quantity=2)
    record(at=ago(1), quantity=3)
    record(at=ago(30), quantity=4)
    record(at=ago(31), quantity=100)
    roll_up_marked_days()
    record(at=ago(1), quantity=50)  # late: not rolled up yet
    trade = read_trade()
    assert (trade.today("add_to_cart"), trade.before("add_to_cart")) == (2, 7)
    roll_up_marked_days()
    assert read_trade().before("add_to_cart") == 57


def test_what_became_of_added_units() -> None:
    events = {"add_to_cart": 8, "purchase": 2, "hold_expired": 4, "hold_kept": 1, "hold_released": 1, "hold_lost": 2}
    for name, units in events.items():
        record(name, at=ago(3), quantity=units)
    record("add_to_cart", at=ago(0), quantity=4)
    record("hold_expired", at=ago(0), quantity=1)
    roll_up_marked_days()
    shares = {share.title: share for share in read_trade().shares}
    bought, expired = shares["Bought"], shares["Run out, back on the shelf"]
    assert (bought.before, bought.before_percent, bought.today, bought.today_percent) == (2, 25, 0, 0)
    assert (expired.before, expired.before_percent, expired.today_percent) == (4, 50, 25)
    by_staff = shares["Released by staff"], shares["Taken out of stock by staff"]
    assert [share.before for share in by_staff] == [1, 2]


def test_net_sales_are_gross_sales_less_refunds() -> None:
    for name, days, units in [
        ("purchase", 3, 9),
        ("purchase", 2, 1),
        ("refund", 1, 2),
        ("purchase", 0, 1),
        ("refund", 0, 3),
    ]:
        record(name, at=ago(days), quantity=units)
    roll_up_marked_days()
    told = [
        (one.title, one.today.money, one.today.units, one.before.money, one.before.units)
        for one in sales_of(read_trade())
    ]
    assert told == [
        ("Gross sales", "£2.00", 1, "£20.00", 10),
        ("Refunds", "£6.00", 3, "£4.00", 2),
        ("Net sales", "−£4.00", -2, "£16.00", 8),  # noqa: RUF001
    ]


def test_what_was_sold_and_came_back_leaves_no_net_sales(clerk: Client, guest: Owner, variant: ProductVariant) -> None:
    """By way of an order, of which delivery is no part: four units of 2.50."""
    delivery = DeliveryMethod.objects.create(name="Bicycle", price=Decimal(1))
    placed = order(add(guest, variant, 4), delivery)
    pay(placed)
    refund_order(order_id=placed.pk, reason="Lost")
    drain("record_analytics")
    assert [one.today.money for one in sales_of(read_trade())] == ["£10.00", "£10.00", "£0.00"]
    page = " ".join(clerk.get(reverse("admin:index")).content.decode().split())
    assert "gross sales less refunds: 0 units" in page
    assert "goods in orders, paid or not: 4 units" in page


def test_there_is_no_share_of_nothing() -> None:
    assert {share.today_percent for share in read_trade().shares} == {None}


def test_lost_demand_is_what_was_asked_for_and_not_got() -> None:
    record("stock_shortage", at=ago(0), quantity=11)
    (lost,) = [measure for measure in read_trade().measures if measure.title == "Demand lost"]
    assert (lost.today, lost.before) == (11, 0)


def test_each_chart_has_its_numbers_in_a_table_too() -> None:
    record(at=ago(0), quantity=2)
    record("remove_from_cart", at=ago(2), quantity=1)
    roll_up_marked_days()
    chart = charts(read_trade())[0]
    added, removed, sold = (series["data"] for series in json.loads(chart.data)["datasets"])
    assert list(zip(added, removed, sold, strict=True)) == [tuple(numbers) for _, numbers in chart.rows[::-1]]
    assert chart.rows[0] == (today(), [2, 0, 0])
    assert chart.rows[2] == (today() - timedelta(days=2), [0, 1, 0])
    assert len(chart.rows) == 31


def test_cover_is_free_stock_at_the_pace_of_the_known_days(make_variant: MakeVariant) -> None:
    variant = make_variant(12)
    alert(variant)
    record(at=ago(10), quantity=30, variant_id=variant.pk)
    record("remove_from_cart", at=ago(2), quantity=10, variant_id=variant.pk)
    record(at=ago(0), quantity=500, variant_id=variant.pk)  # today is not over
    (low,) = low_stock().most_wanted
    assert (low.a_day, low.cover) == (2.0, 6)


def test_once_goods_are_sold_the_pace_is_that_of_sales(make_variant: MakeVariant) -> None:
    variant = make_variant(12)
    alert(variant)
    record(at=ago(10), quantity=30, variant_id=variant.pk)
    record("purchase", at=ago(2), quantity=15, variant_id=variant.pk)
    record("refund", at=ago(1), quantity=5, variant_id=variant.pk)
    (low,) = low_stock().most_wanted
    assert (low.a_day, low.cover) == (1.0, 12)


@pytest.mark.parametrize("before", [0, 5])
def test_cover_of_what_nobody_wants_or_of_a_shop_without_a_past_is_not_made_up(
    make_variant: MakeVariant, before: int
) -> None:
    alert(make_variant(12))
    if before:
        record(at=ago(before), variant_id=None)
    (low,) = low_stock().most_wanted
    assert (low.a_day, low.cover) == (0.0 if before else None, None)


def test_where_the_pace_is_not_known_the_list_does_not_claim_an_order_by_it(
    clerk: Client, make_variant: MakeVariant
) -> None:
    alert(make_variant(12))
    unknown, known = "is not known before the first whole day", "those that are asked for most:"
    page = clerk.get(reverse("admin:index")).content.decode()
    assert (unknown in page, known in page) == (True, False)
    record(at=ago(2))
    roll_up_marked_days()
    page = clerk.get(reverse("admin:index")).content.decode()
    assert (unknown in page, known in page) == (False, True)


def test_the_empty_and_most_wanted_come_first_and_all_are_counted(make_variant: MakeVariant) -> None:
    low, wanted, empty = make_variant(3), make_variant(3), make_variant(0)
    alert(low)
    alert(wanted)
    alert(empty, "out")
    for _ in range(12):
        alert(make_variant(3))
    LowStockAlert.objects.create(variant=make_variant(3), level="out", stock_when_opened=0, closed_at=ago(0))
    record(at=ago(1), quantity=5, variant_id=wanted.pk)
    found = low_stock()
    assert (found.low, found.out) == (14, 1)
    assert [each.variant for each in found.most_wanted][:3] == [empty, wanted, low]
    assert len(found.most_wanted) == 10


def test_the_page_shows_it_all(clerk: Client, make_variant: MakeVariant) -> None:
    variant = make_variant(3)
    alert(variant)
    record(at=ago(0), quantity=1234)
    page = clerk.get(reverse("admin:index")).content.decode()
    for words in ("1,234", "1 low", variant.sku, "No sign of life of beat", "dead effects"):
        assert words in page
    for data, options in re.findall(r'data-value="(.*?)" data-options="(.*?)"', page):
        assert json.loads(unescape(data))["labels"]
        assert json.loads(unescape(options))
    assert page.count("<canvas") == page.count("<details class") == 3


def test_orders_that_wait_are_counted_and_linked(
    clerk: Client, guest: Owner, variant: ProductVariant, make_variant: MakeVariant
) -> None:
    delivery = DeliveryMethod.objects.create(name="Bicycle", price=Decimal(1))
    orders = [order(add(guest, make_variant()), delivery) for _ in range(3)]
    save_checkout(cart_id=add(guest, variant).pk, customer=ADA, delivery_method_id=delivery.pk)
    drain("record_analytics")
    for one in orders[1:]:
        pay(one)
    refund_order(order_id=orders[2].pk, reason="Lost")
    Order.objects.filter(pk=orders[0].pk).update(created_at=ago(1))
    assert orders_to_do(since=ago(0)) == ToDo(placed=2, unpaid=1, to_ship=1, refunds_due=1)
    page = clerk.get(reverse("admin:index")).content.decode()
    assert "1 checkout begun" in page
    for model, query, count in (
        ("order", "?day=today", 2),
        ("order", "?state__exact=placed", 1),
        ("order", "?state__exact=paid", 1),
        ("refund", "", 1),
    ):
        address = reverse(f"admin:orders_{model}_changelist") + query
        assert f'href="{address}">{count}</a>' in page
        assert len(clerk.get(address).context["cl"].result_list) == count


def test_the_page_costs_few_statements_however_much_happened(clerk: Client, make_variant: MakeVariant) -> None:
    """Session; user; second factor; permissions of the user and of their groups; outbox; letters; audit; signs
    of life; withdrawals; orders that wait; today; the days before; alerts with their goods.
    None of them grows with events of the past.
    """
    for _ in range(3):
        alert(make_variant(3))
    with CaptureQueriesContext(connection) as few:
        clerk.get(reverse("admin:index"))
    for number in range(20):
        alert(make_variant(3))
        record(at=ago(number % 5))
    roll_up_marked_days()
    with CaptureQueriesContext(connection) as many:
        clerk.get(reverse("admin:index"))
    assert len(few) == len(many) <= 14, many.captured_queries


def test_who_may_not_see_figures_sees_the_state_behind_the_pages(client: Client) -> None:
    client.force_login(User.objects.create_user(uuid.uuid4().hex, is_staff=True))
    page = client.get(reverse("admin:index")).content.decode()
    assert "Behind the pages" in page
    assert "What became of added units" not in page
