"""Daily figures: what a day's events add up to, however often it is asked, and however late an event comes."""

import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from analytics import rollup
from analytics.events import record_events
from analytics.locks import lock_day
from analytics.models import AnalyticsEvent, DailyFigure, UncountedDay
from analytics.rollup import roll_up_day, roll_up_marked_days
from analytics.selectors import Figure, figures_of_days
from core.days import start_of, today

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("one_day")]

DAY = date(2026, 3, 10)


def record(
    name: str = "add_to_cart", *, at: datetime | None = None, quantity: int = 1, variant_id: int | None = 7
) -> dict[str, object]:
    """Record an event of so many units at two pounds each, at noon of the day unless said otherwise."""
    facts = {
        "event_id": str(uuid.uuid4()),
        "name": name,
        "occurred_at": (at or datetime(2026, 3, 10, 12, tzinfo=UTC)).isoformat(),
        "quantity": quantity,
        "value": str(quantity * 2),
        "variant_id": variant_id,
    }
    with transaction.atomic():
        record_events([facts])
    return facts


def units(day: date = DAY) -> dict[str, int]:
    figures = figures_of_days(first=day, before=day + timedelta(days=1)).get(day, {})
    return {name: figure.quantity for name, figure in figures.items()}


def test_a_day_adds_up_by_name_and_by_variant() -> None:
    record(quantity=3)
    record(quantity=4, variant_id=8)
    record("remove_from_cart", quantity=1)
    assert roll_up_marked_days() == [DAY]
    figures = figures_of_days(first=DAY, before=DAY + timedelta(days=1))[DAY]
    assert figures == {"add_to_cart": Figure(2, 7, Decimal(14)), "remove_from_cart": Figure(1, 1, Decimal(2))}
    of_variant = DailyFigure.objects.get(variant_id=8)
    assert (of_variant.name, of_variant.events, of_variant.quantity) == ("add_to_cart", 1, 4)


def test_events_that_come_with_later_features_count_without_a_change() -> None:
    record("purchase", quantity=2)
    record("begin_checkout", variant_id=None)
    roll_up_day(DAY)
    assert units() == {"purchase": 2, "begin_checkout": 1}
    assert not DailyFigure.objects.filter(name="begin_checkout", variant_id__isnull=False).exists()


def test_rolling_up_again_changes_nothing() -> None:
    record(quantity=3)
    roll_up_day(DAY)
    before = list(DailyFigure.objects.order_by("name", "variant_id").values_list("name", "variant_id", "quantity"))
    roll_up_day(DAY)
    after = list(DailyFigure.objects.order_by("name", "variant_id").values_list("name", "variant_id", "quantity"))
    assert after == before


def test_a_late_event_marks_its_day_and_is_counted() -> None:
    record(quantity=3)
    roll_up_marked_days()
    assert roll_up_marked_days() == []
    record(quantity=2)
    assert units() == {"add_to_cart": 3}
    assert roll_up_marked_days() == [DAY]
    assert units() == {"add_to_cart": 5}


def test_it_stops_when_its_time_is_up_and_goes_on_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    record()
    monkeypatch.setattr(rollup, "LONGEST", 0.0)
    assert roll_up_marked_days() == []
    monkeypatch.undo()
    assert roll_up_marked_days() == [DAY]


def test_an_event_that_comes_twice_is_counted_once() -> None:
    facts = record(quantity=3)
    record_events([facts])
    roll_up_marked_days()
    assert units() == {"add_to_cart": 3}


def test_the_events_and_their_marks_are_kept_together_or_not_at_all() -> None:
    with transaction.atomic():
        record()
        transaction.set_rollback(True)
    assert (AnalyticsEvent.objects.count(), UncountedDay.objects.count()) == (0, 0)


def test_today_waits_until_it_is_over() -> None:
    record(at=start_of(today()))
    assert roll_up_marked_days() == []
    assert UncountedDay.objects.count() == 1


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Europe/London", "2026-03-10T23:59:59.999+00:00", date(2026, 3, 10)),
        ("Europe/London", "2026-07-10T23:00:00+00:00", date(2026, 7, 11)),  # an hour ahead in summer
        ("Europe/London", "2026-03-29T22:59:59+00:00", date(2026, 3, 29)),  # a day of 23 hours
        ("Pacific/Auckland", "2026-03-10T12:00:00+00:00", date(2026, 3, 11)),
        ("America/New_York", "2026-03-10T03:00:00+00:00", date(2026, 3, 9)),
    ],
)
def test_a_day_is_one_of_the_shops_time_zone(settings: Settings, zone: str, moment: str, day: date) -> None:
    settings.TIME_ZONE = zone
    record(at=datetime.fromisoformat(moment))
    assert roll_up_marked_days() == [day]
    assert units(day) == {"add_to_cart": 1}
    assert DailyFigure.objects.filter(variant_id=None).count() == 1


def test_an_event_that_is_being_recorded_while_its_day_is_added_up_is_counted_next_time() -> None:
    """The recorder stands before its commit while the roll-up does all of its work: neither waits for the other."""
    record(quantity=3)
    recorded, go_on = threading.Event(), threading.Event()

    def record_slowly() -> None:
        try:
            with transaction.atomic():
                record(quantity=4)
                recorded.set()
                assert go_on.wait(30)
        finally:
            connection.close()

    slow = threading.Thread(target=record_slowly)
    slow.start()
    assert recorded.wait(30)
    assert roll_up_marked_days() == [DAY]
    assert units() == {"add_to_cart": 3}
    go_on.set()
    slow.join(30)
    assert roll_up_marked_days() == [DAY]
    assert units() == {"add_to_cart": 7}


@pytest.mark.parametrize("statement", ['DELETE FROM "workers_uncountedday"', "INSERT INTO workers_dailyfigure"])
def test_an_event_that_is_committed_between_two_statements_of_a_roll_up_is_not_missed(statement: str) -> None:
    record(quantity=3)

    def let_a_rival_record(execute: Any, sql: str, *args: Any) -> Any:
        result = execute(sql, *args)
        if sql.strip().startswith(statement):
            rival = threading.Thread(target=record_and_close)
            rival.start()
            rival.join(30)
        return result

    with connection.execute_wrapper(let_a_rival_record):
        roll_up_day(DAY)
    roll_up_marked_days()
    assert units() == {"add_to_cart": 7}


def record_and_close() -> None:
    try:
        record(quantity=4)
    finally:
        connection.close()


@pytest.fixture
def slow_rival(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Thread, threading.Event]]:
    """A roll-up that has added up the day and stands before its commit, and what lets it go on."""
    added_up, go_on = threading.Event(), threading.Event()

    def run() -> None:
        try:
            with transaction.atomic():
                roll_up_day(DAY)
                added_up.set()
                assert go_on.wait(30)
        finally:
            connection.close()

    rival = threading.Thread(target=run)
    rival.start()
    assert added_up.wait(30)
    yield rival, go_on
    go_on.set()
    rival.join(30)


def test_of_two_at_once_the_later_one_adds_up_what_the_earlier_one_could_not_see(
    slow_rival: tuple[threading.Thread, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first has read the day, then an event comes, then the second starts: it waits, and reads after the first."""
    rival, go_on = slow_rival
    record(quantity=5)

    def let_the_rival_go_and_lock(day: date) -> None:
        go_on.set()
        lock_day(day)

    monkeypatch.setattr(rollup, "lock_day", let_the_rival_go_and_lock)
    roll_up_day(DAY)
    rival.join(30)
    assert units() == {"add_to_cart": 5}
    assert DailyFigure.objects.filter(variant_id=None).count() == 1
    assert not UncountedDay.objects.exists()
