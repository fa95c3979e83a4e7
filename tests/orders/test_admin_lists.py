"""The lists of the back office: orders, their lines, refunds, ways of delivery; slips and files of them."""

import csv
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localtime

from backoffice.roles import CLERK, MANAGER
from cart.owners import Owner
from core.days import start_of, today
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, Order, OrderLine, Refund
from orders.services import (
    mark_refund_sent,
    record_payment,
    refund_order,
    return_lines,
    ship_order,
    withdraw_payment,
)
from tests.conftest import MakeVariant
from tests.support.ordering import ADA, FIRM, order, pay
from tests.support.shopping import add
from tests.support.staff import member_of

pytestmark = pytest.mark.usefixtures("one_day")

LIST = reverse("admin:orders_order_changelist")
LINES = reverse("admin:orders_orderline_changelist")
REFUNDS = reverse("admin:orders_refund_changelist")


@pytest.fixture
def manager(client: Client, db: None) -> Client:
    user = member_of(MANAGER)
    client.force_login(user)
    return client


@pytest.fixture
def three(make_variant: MakeVariant, delivery: DeliveryMethod, make_user: Any) -> list[Order]:
    """One order each that is placed, paid and shipped."""
    owners = [Owner(user_id=make_user(name).pk) for name in ("ada", "bob", "cleo")]
    orders = [order(add(owner, make_variant(), 2), delivery) for owner in owners]
    for one in orders[1:]:
        pay(one)
    ship_order(order_id=orders[2].pk)
    return orders


def shown(client: Client, query: str = "", where: str = LIST) -> list[int]:
    return [row.pk for row in client.get(where + query).context["cl"].result_list]


def file_of(client: Client, where: str, *ids: int) -> list[dict[str, str]]:
    answer: Any = client.post(where, {"action": "export_csv", "_selected_action": ids})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


class TestOrders:
    def test_by_state_by_day_and_by_what_is_due(self, manager: Client, three: list[Order]) -> None:
        placed, paid, shipped = (one.pk for one in three)
        assert shown(manager) == [shipped, paid, placed]
        assert shown(manager, "?state__exact=paid") == [paid]
        Order.objects.filter(pk=placed).update(pay_by=Now() - timedelta(seconds=1))
        assert shown(manager, "?due=payment") == [placed]
        refund_order(order_id=shipped, reason="Lost")
        assert shown(manager, "?due=refund") == [shipped]
        Order.objects.filter(pk=placed).update(created_at=start_of(today()))
        Order.objects.filter(pk=paid).update(created_at=start_of(today()) - timedelta(microseconds=1))
        Order.objects.filter(pk=shipped).update(created_at=start_of(today() - timedelta(days=7)))
        assert shown(manager, "?day=today") == [placed]
        assert shown(manager, "?day=yesterday") == [paid]
        assert shown(manager, "?day=7") == [shipped, paid, placed]
        assert shown(manager, "?day=nonsense") == [shipped, paid, placed]

    def test_by_number_and_by_address(self, manager: Client, three: list[Order]) -> None:
        first, other = three[0], three[1]
        Order.objects.filter(pk=other.pk).update(email="Bob@example.com")
        assert shown(manager, f"?q={first.number.lower()}") == [first.pk]
        assert shown(manager, "?q=bob@EXAMPLE.com") == [other.pk]

    def test_what_is_overdue_reads_so(self, manager: Client, placed: Order) -> None:
        assert "overdue" not in manager.get(LIST).content.decode().split("changelist-form", 1)[-1].split("</form>")[0]
        Order.objects.update(pay_by=Now() - timedelta(hours=1))
        assert ", overdue" in manager.get(LIST).content.decode()

    def test_the_page_shows_what_the_customer_added(
        self, manager: Client, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
    ) -> None:
        bought = order(add(guest, variant), delivery, customer=FIRM)
        html = unescape(manager.get(reverse("admin:orders_order_change", args=[bought.pk])).content.decode())
        assert "<br>".join(bought.billing_lines) in html
        for text in (FIRM.phone, FIRM.delivery_note, FIRM.vat_id, FIRM.company, "Happy birthday!"):
            assert text in html

    def test_the_page_shows_all_of_it_and_changes_nothing(self, manager: Client, placed: Order) -> None:
        pay(placed)
        line = placed.lines.get()
        return_lines(order_id=placed.pk, units={line.pk: 1}, reason="Broken cup")
        address = reverse("admin:orders_order_change", args=[placed.pk])
        html = manager.get(address).content.decode()
        for text in (
            placed.number,
            ADA.email,
            ADA.street,
            "United Kingdom",
            line.name,
            "£13.95",
            "£2.50",
            "20 %",
            "Broken cup",
            "Paid",
        ):
            assert text in html
        assert "Given by the customer" not in html
        assert placed.payments.get().reference in html
        assert manager.post(address, {"state": "refunded", "total": "0"}).status_code == 403
        placed.refresh_from_db()
        assert (placed.state, placed.total) == ("paid", Decimal("13.95"))

    def test_the_file_for_the_books(self, manager: Client, placed: Order) -> None:
        Order.objects.update(name="=HYPERLINK(1)")
        (row,) = file_of(manager, LIST, placed.pk)
        assert (row["number"], row["total"], row["tax"]) == (placed.number, "13.95", str(placed.tax))
        assert row["Tax by rate"] == f"20 %: {placed.tax}"
        assert (row["full name"], row["country"]) == ("'=HYPERLINK(1)", "United Kingdom")
        assert (row["street and number"], row["postcode"], row["town or city"]) == (ADA.street, ADA.postcode, ADA.city)
        assert row["Billed to"] == ", ".join(placed.billing_lines).replace("Ada", "'=HYPERLINK(1)", 1)
        assert (row["phone"], row["VAT number"]) == ("", "")
        money = [row[column] for column in ("Paid", "Paid with", "Shipped", "Refunds sent", "Refunds due")]
        assert money == ["", "", "", "0.00", "0.00"]

    def test_the_books_have_what_came_and_what_went_back(self, manager: Client, placed: Order) -> None:
        boss, payment, line = User.objects.get(), placed.payments.get(), placed.lines.get()

        def row() -> dict[str, str]:
            (found,) = file_of(manager, LIST, placed.pk)
            return found

        record_payment(payment_id=payment.pk, amount=placed.total, actor=boss)
        assert row()["Paid with"] == "invoice"
        payment.refresh_from_db()
        noted: Any = payment.settled_at
        withdraw_payment(payment_id=payment.pk, recorded_at=noted, reason="Other order", actor=boss)
        assert (row()["Paid"], row()["Paid with"], row()["state"]) == ("", "", "placed")
        record_payment(payment_id=payment.pk, amount=placed.total, actor=boss)
        ship_order(order_id=placed.pk, actor=boss)
        for units in (1, 2):
            return_lines(order_id=placed.pk, units={line.pk: units}, reason="Broken", actor=boss)
        mark_refund_sent(refund_id=placed.refunds.earliest("pk").pk, actor=boss)
        paid = placed.transitions.filter(from_state="placed", to_state="paid").latest("pk")
        shipped = placed.transitions.get(from_state="paid", to_state="shipped")
        found = row()
        assert found["Paid"] == f"{localtime(paid.created_at):%Y-%m-%d %H:%M:%S}"
        assert found["Shipped"] == f"{localtime(shipped.created_at):%Y-%m-%d %H:%M:%S}"
        assert (found["Refunds sent"], found["Refunds due"]) == ("2.50", "5.00")

    def test_the_books_of_many_orders_are_one_query(self, manager: Client, three: list[Order]) -> None:
        rows = {}
        for chosen in (three[:1], three):
            with CaptureQueriesContext(connection) as queries:
                file_of(manager, LIST, *[one.pk for one in chosen])
            rows[len(chosen)] = len(queries)
        assert rows[1] == rows[3]


class TestLines:
    def test_found_by_sku_and_by_order(self, manager: Client, three: list[Order]) -> None:
        lines = [one.lines.get() for one in three]
        for sku in ("84997A", "84997a"):
            OrderLine.objects.filter(pk=lines[0].pk).update(sku=sku)
            assert shown(manager, "?q=84997a", LINES) == shown(manager, "?q=84997A", LINES) == [lines[0].pk]
        assert shown(manager, "?q=8499", LINES) == []
        assert shown(manager, f"?q={three[1].number}", LINES) == [lines[1].pk]
        assert shown(manager, "?order__state__exact=shipped", LINES) == [lines[2].pk]
        Order.objects.filter(pk=three[0].pk).update(created_at=start_of(today() - timedelta(days=1)))
        assert shown(manager, "?day=yesterday", LINES) == [lines[0].pk]

    def test_the_file(self, manager: Client, placed: Order) -> None:
        line = placed.lines.get()
        (row,) = file_of(manager, LINES, line.pk)
        assert (row["order"], row["sku"], row["quantity"], row["total"]) == (placed.number, line.sku, "4", "10.00")


class TestSlips:
    def test_what_is_packed_without_prices(self, manager: Client, three: list[Order]) -> None:
        for one in three:
            one.refresh_from_db()
        page = manager.post(LIST, {"action": "slips", "_selected_action": [one.pk for one in three]})
        html, (placed, *packed) = page.content.decode(), three
        assert html.count('<article class="slip">') == 2
        for one in packed:
            line = one.lines.get()
            assert html.count(line.sku) == html.count(f"<h1>{one.number}</h1>") == 1
        assert f"{placed} (placed)" in html
        assert ADA.street in html
        assert html.count("United Kingdom") == 2
        assert "2.50" not in html
        assert "£" not in html
        assert "<script" not in html

    def test_units_that_came_back_are_not_packed(
        self, manager: Client, guest: Owner, make_variant: MakeVariant, delivery: DeliveryMethod
    ) -> None:
        add(guest, make_variant(), 2)
        bought = order(add(guest, make_variant(), 4), delivery)
        pay(bought)
        gone, fewer = bought.lines.order_by("quantity")
        return_lines(order_id=bought.pk, units={gone.pk: 2, fewer.pk: 3}, reason="Fewer")
        html = manager.get(reverse("admin:orders_order_slip", args=[bought.pk])).content.decode()
        assert html.count('<td class="units">1</td>') == 2  # of the line, and in all
        assert fewer.sku in html
        assert gone.sku not in html

    def test_a_gift_has_its_message_and_no_bill(
        self, manager: Client, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
    ) -> None:
        bought = order(add(guest, variant), delivery, customer=FIRM)
        pay(bought)
        html = manager.get(reverse("admin:orders_order_slip", args=[bought.pk])).content.decode()
        assert "<p>Happy birthday!<br>Yours, Charles</p>" in html
        assert FIRM.delivery_note in html
        assert FIRM.company not in unescape(html)
        assert FIRM.billing_street not in html

    def test_too_many_at_once(self, manager: Client, three: list[Order], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("orders.admin.orders.MOST_AT_ONCE", 1)
        ids = [one.pk for one in three]
        answer = manager.post(LIST, {"action": "slips", "_selected_action": ids}, follow=True)
        assert "at most 1 orders" in answer.content.decode()


class TestRefunds:
    @pytest.fixture
    def due(self, three: list[Order]) -> list[Refund]:
        for one in three[1:]:
            refund_order(order_id=one.pk, reason="Lost")
        return list(Refund.objects.order_by("id"))

    def test_what_waits_longest_comes_first_until_it_is_sent(self, manager: Client, due: list[Refund]) -> None:
        first, second = due
        assert shown(manager, where=REFUNDS) == [first.pk, second.pk]
        address = reverse("admin:orders_refund_sent_one", args=[first.pk])
        assert manager.get(address).status_code == 200
        assert manager.post(address, {"reason": " "}).status_code == 422
        for _ in range(2):
            manager.post(address, {"reason": "Transfer of 3 May"})
        assert [entry.get_change_message() for entry in LogEntry.objects.all()] == ["Money sent: Transfer of 3 May"]
        assert shown(manager, where=REFUNDS) == [second.pk]
        assert shown(manager, "?state=sent", REFUNDS) == [first.pk]
        assert shown(manager, "?state=all", REFUNDS) == [second.pk, first.pk]
        first.refresh_from_db()
        assert first.sent_by is not None
        assert first.sent_by.username == "manager"

    def test_several_at_once(self, manager: Client, due: list[Refund]) -> None:
        chosen = {"action": "sent", "_selected_action": [refund.pk for refund in due]}
        asked = manager.post(REFUNDS, chosen).content.decode()
        assert f"£{due[0].amount} for {due[0].order}: Lost" in asked
        told = manager.post(REFUNDS, {**chosen, "reason": "All of May"}, follow=True).content.decode()
        assert "2 refunds are noted as sent." in told
        assert not Refund.objects.filter(sent_at=None).exists()

    def test_found_by_order(self, manager: Client, due: list[Refund]) -> None:
        assert shown(manager, f"?q={due[1].order.number.lower()}", REFUNDS) == [due[1].pk]

    def test_a_clerk_sees_them_only(self, client: Client, due: list[Refund]) -> None:
        user = member_of(CLERK)
        client.force_login(user)
        assert shown(client, where=REFUNDS) == [refund.pk for refund in due]
        address = reverse("admin:orders_refund_sent_one", args=[due[0].pk])
        assert client.post(address, {"reason": "x"}).status_code == 403
        client.post(REFUNDS, {"action": "sent", "_selected_action": [due[0].pk], "reason": "x"})
        assert not Refund.objects.filter(sent_at__isnull=False).exists()


# 5  the session, who it is, their second factor, and what they may: by themselves, and by their groups
# 1  the order with its customer
# 4  lines, payments, refunds with whom they name, and documents: for what is offered, and for the page
# 1  payments that staff may have noted by mistake
# 4  the timeline: log, parcels, refunds and e-mails
MOST_OF_AN_ORDER = 15
# 5  as above
# 2  the orders and, in one, their lines
# 2  the list that they were chosen from: how many rows there are, and which of them were chosen
MOST_OF_SLIPS = 10


def test_statements_of_the_pages(manager: Client, three: list[Order]) -> None:
    """Those of the lists are counted with all others, in tests/backoffice."""
    for one in three[1:]:
        refund_order(order_id=one.pk, reason="Lost")
    ContentType.objects.get_for_model(Order)  # each process asks for it once
    with CaptureQueriesContext(connection) as asked:
        manager.get(reverse("admin:orders_order_change", args=[three[0].pk]))
    assert len(asked) <= MOST_OF_AN_ORDER, "\n".join(query["sql"][:300] for query in asked)
    ids = [one.pk for one in three]
    with CaptureQueriesContext(connection) as asked:
        manager.post(LIST, {"action": "slips", "_selected_action": ids})
    assert len(asked) <= MOST_OF_SLIPS, "\n".join(query["sql"][:300] for query in asked)
