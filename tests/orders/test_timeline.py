"""The timeline of an order: what happened, when, and who did it. Customers read nothing of what is for staff."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.roles import CLERK
from core.text import date_and_time
from delivery.models import Delivery
from delivery.services import discard_dead_deliveries
from orders.emails import EmailKind, render_order_email, send_order_email
from orders.links import order_path
from orders.models import By, Order, OrderTransition
from orders.services import (
    cancel_order,
    cancel_overdue_orders,
    mark_refund_sent,
    record_payment,
    refund_order,
    return_lines,
    ship_order,
    withdraw_payment,
)
from orders.timeline import timeline_of
from tests.support.ordering import pay
from tests.support.staff import member_of

STAFF_LEFT = "A member of staff who left"


@pytest.fixture
def manager(make_user: Callable[[str], User]) -> User:
    return make_user("manager")


def told(order: Order) -> list[tuple[str, str, str]]:
    """What the timeline says, without its e-mails, whose tests are below."""
    events = [event for event in timeline_of(order) if not event.what.startswith("E-mail")]
    assert events == sorted(events, key=lambda event: event.at)
    return [(event.what, event.more, event.who) for event in events]


def emails(order: Order) -> list[tuple[str, str]]:
    return [(event.what, event.more) for event in timeline_of(order) if event.what.startswith("E-mail")]


def note_money(order: Order, amount: str, actor: User) -> None:
    record_payment(payment_id=order.payments.get(status="pending").pk, amount=Decimal(amount), actor=actor)


def withdraw_note(order: Order, actor: User) -> None:
    payment = order.payments.filter(status="paid").last()
    assert payment is not None
    assert payment.settled_at is not None
    withdraw_payment(payment_id=payment.pk, recorded_at=payment.settled_at, reason="Mistyped", actor=actor)


def test_a_whole_life_is_told_in_order_with_who_did_it(placed: Order, manager: User) -> None:
    line, reference = placed.lines.get(), placed.payments.get().reference
    note_money(placed, "1395", manager)
    withdraw_note(placed, manager)
    note_money(placed, "10", manager)
    note_money(placed, "13.95", manager)
    reference = placed.payments.get(status="paid", amount="13.95").reference
    ship_order(order_id=placed.pk, actor=manager, note="Parcel 17")
    return_lines(order_id=placed.pk, units={line.pk: 2}, reason="Broken", actor=manager)
    mark_refund_sent(refund_id=placed.refunds.get(reason="Broken").pk, actor=manager, note="Transfer of 3 May")
    refund_order(order_id=placed.pk, reason="Lost", actor=manager)
    assert told(placed) == [
        ("Placed", "", "The customer"),
        ("Paid £1,395.00, asked for was £13.95: £1,395.00 must go back", "", "manager"),
        ("Noted by mistake, £1,395.00: Mistyped", "", "manager"),
        ("Paid £10.00, asked for was £13.95: £10.00 must go back", "", "manager"),
        ("Refund due: £10.00", "Paid £10.00, asked for was £13.95", ""),
        ("Paid", f"payment {reference}", "manager"),
        ("Parcel", f"4 of {line.sku}", ""),
        ("Shipped", "Parcel 17", "manager"),
        (f"Taken back: 2 of {line.sku}: Broken", "", "manager"),
        ("Refund due: £5.00", "Broken", ""),
        ("Refund sent: £5.00", "Transfer of 3 May", "manager"),
        ("Refunded", "Lost", "manager"),
        ("Refund due: £8.95", "Lost", ""),
    ]


def test_the_last_unit_that_comes_back_refunds_the_order(placed: Order, manager: User) -> None:
    line = placed.lines.get()
    pay(placed)
    return_lines(order_id=placed.pk, units={line.pk: 4}, reason="Unwanted", actor=manager)
    assert told(placed)[2:] == [
        (f"Taken back: 4 of {line.sku}: Unwanted", "", "manager"),
        ("Refund due: £13.95", "Unwanted", ""),
        ("Refunded", "Unwanted", "manager"),
    ]


class TestWho:
    def test_a_payment_that_its_provider_reported(self, placed: Order) -> None:
        pay(placed)
        assert told(placed)[-1] == ("Paid", f"payment {placed.payments.get().reference}", "The payment provider")

    def test_money_for_an_order_that_waits_for_none(self, placed: Order) -> None:
        cancel_order(order_id=placed.pk)
        pay(placed)
        what = "Paid when the order was cancelled already: £13.95 must go back"
        assert (what, "", "The payment provider") in told(placed)

    def test_the_customer_cancels(self, placed: Order) -> None:
        cancel_order(order_id=placed.pk, note="Asked for by the customer")
        assert told(placed)[-1] == ("Cancelled", "Asked for by the customer", "The customer")

    def test_the_clock_cancels(self, placed: Order) -> None:
        Order.objects.update(pay_by=Now() - timedelta(seconds=1))
        assert cancel_overdue_orders() == 1
        assert told(placed)[-1] == ("Cancelled", "Not paid in time", "The clock")

    def test_staff_whose_account_is_deleted(self, placed: Order, manager: User) -> None:
        note_money(placed, "13.95", manager)
        ship_order(order_id=placed.pk, actor=manager)
        refund_order(order_id=placed.pk, reason="Lost", actor=manager)
        mark_refund_sent(refund_id=placed.refunds.get().pk, actor=manager)
        before = [who for _, _, who in told(placed)]
        manager.delete()
        after = [who for _, _, who in told(placed)]
        assert after == [STAFF_LEFT if who == "manager" else who for who in before]
        assert after.count(STAFF_LEFT) == 4

    def test_rows_of_version_1_0_do_not_name_anybody_who_is_not_known(self, placed: Order, manager: User) -> None:
        pay(placed)
        ship_order(order_id=placed.pk, actor=manager)
        OrderTransition.objects.update(by="")
        assert [who for _, _, who in told(placed)] == ["The customer", "Not recorded", "", "manager"]


class TestEmails:
    @pytest.fixture
    def shipped(self, placed: Order) -> Order:
        pay(placed)
        ship_order(order_id=placed.pk)
        send_order_email(order_id=placed.pk, kind=EmailKind.PLACED)
        return placed

    def test_one_is_not_queued_queued_failing_dead_and_sent(self, shipped: Order) -> None:
        assert emails(shipped) == [
            ("E-mail “Shipped”", "not queued yet, or discarded"),
            ("E-mail “Placed”", "to ada@example.com: queued"),
        ]
        send_order_email(order_id=shipped.pk, kind=EmailKind.SHIPPED)
        assert ("E-mail “Shipped”", "to ada@example.com: queued") in emails(shipped)
        row = Delivery.objects.filter(kind="order_shipped")
        row.update(attempts=2, error="SMTPError: 451")
        again = date_and_time(row.get().due_at)
        assert emails(shipped)[-1][1] == f"to ada@example.com: not sent after 2 tries, next {again}. SMTPError: 451"
        row.update(is_dead=True)
        assert "could not be sent, and waits under Deliveries for a decision. SMTPError: 451" in emails(shipped)[-1][1]
        row.update(is_dead=False, error="", sent_at=Now())
        sent_at = row.get().sent_at
        assert sent_at is not None
        assert emails(shipped)[-1][1] == f"to ada@example.com: sent {date_and_time(sent_at)}"

    def test_a_discarded_one_is_not_on_record(self, shipped: Order, manager: User) -> None:
        send_order_email(order_id=shipped.pk, kind=EmailKind.SHIPPED)
        Delivery.objects.update(is_dead=True)
        discard_dead_deliveries([each.pk for each in Delivery.objects.all()], actor=manager, reason="Closed mailbox")
        assert [more for _, more in emails(shipped)] == ["not queued yet, or discarded"] * 2

    def test_nothing_is_said_of_those_whose_record_is_deleted_by_age(self, shipped: Order) -> None:
        Delivery.objects.all().delete()
        OrderTransition.objects.update(created_at=Now() - timedelta(days=settings.DELIVERY_DAYS))
        assert emails(shipped) == []

    def test_those_of_another_order_are_not_its_own(self, shipped: Order) -> None:
        Delivery.objects.update(dedupe_key=f"order_placed:{shipped.pk}1")
        assert ("E-mail “Placed”", "not queued yet, or discarded") in emails(shipped)


def test_a_clerk_reads_it_on_the_page_of_the_order(client: Client, placed: Order, manager: User) -> None:
    pay(placed)
    return_lines(order_id=placed.pk, units={placed.lines.get().pk: 1}, reason="<b>Broken</b>", actor=manager)
    client.force_login(member_of(CLERK))
    html = client.get(reverse("admin:orders_order_change", args=[placed.pk])).content.decode()
    assert f"Taken back: 1 of {placed.lines.get().sku}: &lt;b&gt;Broken&lt;/b&gt;" in html
    assert date_and_time(placed.created_at) in html


def test_customers_read_nothing_of_what_left_the_state_as_it_was(client: Client, placed: Order, manager: User) -> None:
    pay(placed)
    ship_order(order_id=placed.pk, note="Parcel 17")
    return_lines(order_id=placed.pk, units={placed.lines.get().pk: 1}, reason="Rude customer", actor=manager)
    page = client.get(order_path(placed.number)).content.decode()
    assert "Parcel 17" in page
    assert "Rude" not in page
    email = render_order_email(placed, EmailKind.SHIPPED)
    assert "Parcel 17" in email.text
    assert "Rude" not in email.text + email.html


def test_however_long_it_is_it_takes_five_queries(placed: Order, manager: User) -> None:
    pay(placed)
    line = placed.lines.get()
    for _ in range(3):
        return_lines(order_id=placed.pk, units={line.pk: 1}, reason="Broken", actor=manager)
    for refund in placed.refunds.all():
        mark_refund_sent(refund_id=refund.pk, actor=manager)
    send_order_email(order_id=placed.pk, kind=EmailKind.PLACED)
    with CaptureQueriesContext(connection) as asked:
        assert len(timeline_of(placed)) == 2 + 3 * 3 + 1
    assert len(asked) == 5


def test_a_note_of_any_length_is_kept(placed: Order, manager: User) -> None:
    """A return of many lines names each of them."""
    note = "Taken back: " + ", ".join(f"1 of SKU-{number}" for number in range(100))
    OrderTransition.objects.create(order=placed, from_state="paid", to_state="paid", note=note, by=By.STAFF)
    assert (note, "", STAFF_LEFT) in told(placed)
