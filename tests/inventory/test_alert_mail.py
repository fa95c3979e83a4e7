"""Staff are told of low stock: all news of some minutes in one mail, each once, and never of a muted variant."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now

from cart.owners import Owner
from delivery.models import Delivery
from inventory.alert_mail import send_alert_emails
from inventory.locks import lock_alerts_to_notify
from inventory.models import AlertMute, LowStockAlert, ProductVariant, StockMovement
from inventory.services import alerts, move_stock, mute_variants, refresh_alerts, unmute_variants
from outbox.drain import drain
from tests.conftest import MakeVariant
from tests.storms import actors
from tests.storms.harness import Actor, storm
from tests.support.browsing import all_at_once
from tests.support.databases import somebody_waits
from tests.support.mailing import MailServer
from tests.support.waiting import wait_until
from workers.schedule import BEAT_SCHEDULE

pytestmark = pytest.mark.django_db(transaction=True)

SALES, PROCESSES = 100, 20


@pytest.fixture(autouse=True)
def recipients(settings: Any) -> None:
    settings.SHOP_STOCK_ALERT_RECIPIENTS = ["ada@example.com"]
    settings.SHOP_STOCK_ALERT_MINUTES = 5
    settings.SHOP_URL = "https://shop.example/"


@pytest.fixture
def make_move() -> Callable[[ProductVariant, int], None]:
    def move(variant: ProductVariant, delta: int) -> None:
        move_stock(variant_id=variant.pk, delta=delta, kind=StockMovement.Kind.RECEIPT, reason="Counted")
        drain("check_low_stock")

    return move


Move = Callable[[ProductVariant, int], None]


def gather() -> None:
    """Let the minutes pass for which news are gathered."""
    LowStockAlert.objects.filter(changed_since__isnull=False).update(changed_since=Now() - timedelta(minutes=5))


def subjects() -> list[str]:
    """What was told so far, oldest first; what is untold may wait no longer."""
    gather()
    send_alert_emails()
    return list(Delivery.objects.order_by("pk").values_list("subject", flat=True))


def test_an_alert_that_opens_is_told_once(make_variant: MakeVariant, make_move: Move) -> None:
    variant = make_variant(20, threshold=10)
    make_move(variant, -15)
    assert subjects() == ["Holdfast: 1 low"]
    make_move(variant, -1)
    assert subjects() == ["Holdfast: 1 low"]
    letter = Delivery.objects.get()
    assert f"- {variant.sku}  {variant.product}: 5 free (threshold 10)" in letter.text
    assert "https://shop.example/admin/inventory/lowstockalert/" in letter.text


def test_selling_out_and_being_back_are_told_too(make_variant: MakeVariant, make_move: Move) -> None:
    variant = make_variant(20, threshold=10)
    make_move(variant, -15)
    subjects()
    make_move(variant, -5)
    subjects()
    make_move(variant, +50)
    assert subjects() == ["Holdfast: 1 low", "Holdfast: 1 out of stock", "Holdfast: 1 back in stock"]


def test_a_few_units_back_and_gone_again_are_no_news(make_variant: MakeVariant, make_move: Move) -> None:
    """As holds of the last unit come and go all day."""
    variant = make_variant(10, threshold=10)
    make_move(variant, -10)
    subjects()
    for _ in range(3):
        make_move(variant, +1)
        subjects()
        make_move(variant, -1)
    assert subjects() == ["Holdfast: 1 out of stock"]


def test_what_was_over_before_anybody_was_told_is_no_news(make_variant: MakeVariant, make_move: Move) -> None:
    variant = make_variant(20, threshold=10)
    make_move(variant, -15)
    make_move(variant, +15)
    assert subjects() == []


def test_news_are_gathered_for_some_minutes(make_variant: MakeVariant, make_move: Move) -> None:
    first, second = make_variant(20, threshold=10), make_variant(20, threshold=10)
    make_move(first, -15)
    assert send_alert_emails() == 0
    gather()
    make_move(second, -20)
    assert send_alert_emails() == 2
    assert subjects() == ["Holdfast: 1 out of stock, 1 low"]


def test_a_change_among_the_gathered_does_not_put_them_off(make_variant: MakeVariant, make_move: Move) -> None:
    variant = make_variant(20, threshold=10)
    make_move(variant, -15)
    gather()
    make_move(variant, -5)
    assert send_alert_emails() == 1


def test_a_first_catalogue_is_one_mail(make_variant: MakeVariant) -> None:
    variants = [make_variant(1, threshold=10) for _ in range(60)]
    drain("check_low_stock")
    assert subjects() == ["Holdfast: 60 low"]
    text = Delivery.objects.get().text
    assert sum(variant.sku in text for variant in variants) == 50
    assert "and 10 more" in text


def test_each_recipient_has_a_letter_of_their_own(make_variant: MakeVariant, make_move: Move, settings: Any) -> None:
    settings.SHOP_STOCK_ALERT_RECIPIENTS = ["ada@example.com", "bob@example.com"]
    make_move(make_variant(20, threshold=10), -15)
    subjects()
    assert set(Delivery.objects.values_list("to", flat=True)) == {"ada@example.com", "bob@example.com"}


def test_without_recipients_there_is_no_mail_and_none_later(
    make_variant: MakeVariant, make_move: Move, settings: Any
) -> None:
    settings.SHOP_STOCK_ALERT_RECIPIENTS = []
    make_move(make_variant(20, threshold=10), -15)
    assert subjects() == []
    settings.SHOP_STOCK_ALERT_RECIPIENTS = ["ada@example.com"]
    assert subjects() == []


def test_many_mailers_at_once_write_one_letter(make_variant: MakeVariant, make_move: Move) -> None:
    make_move(make_variant(20, threshold=10), -15)
    gather()

    def mail_and_close(_: int) -> int:
        try:
            return send_alert_emails()
        finally:
            connection.close()

    assert sum(all_at_once(mail_and_close, range(10))) == 1
    assert Delivery.objects.count() == 1


def test_an_alert_that_changes_while_it_is_told_is_told_again(
    make_variant: MakeVariant, make_move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last unit is sold between the mailer's look and its note of what was told."""
    variant = make_variant(20, threshold=10)
    make_move(variant, -15)
    gather()
    rival = threading.Thread(target=sell_and_close, args=(make_move, variant, -5))

    def look_and_let_the_rival_act() -> list[LowStockAlert]:
        news = lock_alerts_to_notify()
        rival.start()
        wait_until(lambda: somebody_waits() or not rival.is_alive(), "the rival waits, or is done")
        return news

    with monkeypatch.context() as patched:
        patched.setattr(alerts, "lock_alerts_to_notify", look_and_let_the_rival_act)
        assert send_alert_emails() == 1
    rival.join(30)
    assert subjects() == ["Holdfast: 1 low", "Holdfast: 1 out of stock"]


def sell_and_close(move: Move, variant: ProductVariant, delta: int) -> None:
    try:
        move(variant, delta)
    finally:
        connection.close()


def test_a_muted_variant_is_not_mailed_but_recorded(
    make_variant: MakeVariant, make_move: Move, admin_user: User
) -> None:
    muted, other = make_variant(20, threshold=10), make_variant(20, threshold=10)
    mute_variants(variant_ids=[muted.pk], lasting=timedelta(days=1), actor=admin_user, reason="Discontinued")
    make_move(muted, -20)
    make_move(other, -15)
    assert subjects() == ["Holdfast: 1 low"]
    assert LowStockAlert.objects.open().filter(variant=muted).exists()


@pytest.mark.parametrize("how", ["by hand", "in time"])
def test_what_is_still_so_when_a_mute_ends_is_told(
    make_variant: MakeVariant, make_move: Move, admin_user: User, how: str
) -> None:
    variant = make_variant(20, threshold=10)
    mute_variants(variant_ids=[variant.pk], lasting=timedelta(days=1), actor=admin_user, reason="Discontinued")
    make_move(variant, -20)
    assert subjects() == []
    if how == "by hand":
        unmute_variants(variant_ids=[variant.pk], actor=admin_user)
    else:
        AlertMute.objects.update(until=Now())
    assert subjects() == ["Holdfast: 1 out of stock"]


def test_a_hundred_sales_at_once_are_one_alert_and_one_mail(make_variant: MakeVariant) -> None:
    """Each process also does what workers and beat do after each of its sales, so all of it happens at once."""
    variant = make_variant(SALES + 50, threshold=SALES)
    buyers = [actors.name_of(Owner(guest_token=uuid.uuid4())) for _ in range(SALES)]
    with MailServer() as server:
        done = storm(
            [Actor(actors.buy_and_mail, (buyers[n::PROCESSES], variant.pk, server.port)) for n in range(PROCESSES)]
        )
        assert [each for outcomes in done for each in outcomes] == ["added"] * SALES
        assert server.subjects == ["Holdfast: 1 low"]
    assert LowStockAlert.objects.count() == Delivery.objects.count() == 1


def test_a_replay_of_the_checks_tells_nothing_again(make_variant: MakeVariant, make_move: Move) -> None:
    variant = make_variant(20, threshold=10)
    make_move(variant, -15)
    subjects()
    refresh_alerts(variant_ids=[variant.pk])
    # Even if what was told were forgotten: the letter's key is made of what it tells.
    LowStockAlert.objects.update(told="", changed_since=Now() - timedelta(minutes=5))
    assert subjects() == ["Holdfast: 1 low"]


def test_beat_starts_it() -> None:
    assert BEAT_SCHEDULE["mail_stock_alerts"]["task"] == "mail_stock_alerts"
