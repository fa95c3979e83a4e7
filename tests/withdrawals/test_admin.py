"""What staff see of withdrawals, the days of delivery that they note, and what is reported as late."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from orders.errors import NoSuchDay
from orders.models import Order, Shipment
from orders.services import note_delivered, return_lines
from outbox.status import read_status
from tests.support.pages import text_of
from withdrawals.models import Withdrawal
from withdrawals.services import declare_withdrawal

pytestmark = pytest.mark.django_db

LIST = "/admin/withdrawals/withdrawal/"


@pytest.fixture
def withdrawal(shipped: Order) -> Withdrawal:
    line = shipped.lines.first()
    assert line
    return declare_withdrawal(order_id=shipped.pk, units={line.pk: 3}, name="Ada Lovelace", idempotency_key="a key")


def age(withdrawal: Withdrawal, days: int) -> None:
    """Let it have been declared so long ago, which the database otherwise refuses."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE withdrawals_withdrawal DISABLE TRIGGER USER")
        Withdrawal.objects.update(created_at=timezone.now() - timedelta(days=days))
        cursor.execute("ALTER TABLE withdrawals_withdrawal ENABLE TRIGGER USER")


def due() -> float | None:
    return next(figure.value for figure in read_status().figures if figure.name == "withdrawals_due")


def test_the_list_shows_what_is_open(admin_client: Client, withdrawal: Withdrawal, shipped: Order) -> None:
    text = text_of(admin_client.get(LIST))
    assert "Ada Lovelace" in text
    assert "Goods to come" in text
    return_lines(order_id=shipped.pk, units={withdrawal.lines.get().order_line_id: 3}, reason="came")
    assert "Money to send" in text_of(admin_client.get(LIST))
    shipped.refunds.update(sent_at=timezone.now())
    assert "Ada Lovelace" not in text_of(admin_client.get(LIST))
    assert "Ada Lovelace" in text_of(admin_client.get(f"{LIST}?open=done"))


@pytest.mark.parametrize("typed", ["Ada", "ada@example.com"])
def test_it_is_found_by_its_order(admin_client: Client, withdrawal: Withdrawal, typed: str) -> None:
    assert "Ada Lovelace" in text_of(admin_client.get(LIST, {"q": typed}))
    assert "Ada Lovelace" not in text_of(admin_client.get(LIST, {"q": "Grace"}))


def test_its_page_and_its_file(admin_client: Client, withdrawal: Withdrawal) -> None:
    assert "Goods to come" in text_of(admin_client.get(f"{LIST}{withdrawal.pk}/change/"))
    export = {"action": "export_csv", "_selected_action": [withdrawal.pk]}
    assert "Ada Lovelace" in b"".join(admin_client.post(LIST, export)).decode()


def test_money_is_asked_for_three_days_before_it_is_due(admin_client: Client, withdrawal: Withdrawal) -> None:
    age(withdrawal, days=10)
    assert due() == 0
    age(withdrawal, days=11)
    assert due() == 1
    assert any("1 withdrawal must be sent within three days" in problem for problem in read_status().problems)
    assert "Ada Lovelace" not in text_of(admin_client.get(f"{LIST}?open=late"))
    age(withdrawal, days=15)
    assert ", late" in text_of(admin_client.get(f"{LIST}?open=late"))


def test_the_day_of_delivery_is_noted(admin_client: Client, shipped: Order) -> None:
    parcel = shipped.shipments.get()
    page = f"/admin/orders/order/{shipped.pk}/delivered/"
    assert str(parcel) in text_of(admin_client.get(page))
    admin_client.post(page, {f"day_{parcel.pk}": timezone.localdate().isoformat()})
    parcel.refresh_from_db()
    assert parcel.delivered_on == timezone.localdate()


@pytest.mark.parametrize("days", [-1, 1])
def test_a_day_before_it_left_or_after_today_is_refused(shipped: Order, admin_user: User, days: int) -> None:
    day = timezone.localdate() + timedelta(days=days)
    with pytest.raises(NoSuchDay):
        note_delivered(order_id=shipped.pk, days={shipped.shipments.get().pk: day}, actor=admin_user)
    assert not Shipment.objects.filter(delivered_on__isnull=False).exists()


def test_parcels_of_others_stay(shipped: Order, admin_user: User) -> None:
    note_delivered(order_id=shipped.pk, days={1_000_000: timezone.localdate()}, actor=admin_user)
    assert not Shipment.objects.filter(delivered_on__isnull=False).exists()
