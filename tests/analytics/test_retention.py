"""Old events are dropped in small transactions, and no figure changes by it, nor by what comes afterwards."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from analytics import rollup
from analytics.models import AnalyticsEvent, DailyFigure, UncountedDay
from analytics.rollup import drop_old_events, roll_up_marked_days
from analytics.selectors import Figure, figures_of_days
from core.days import start_of, today
from tests.analytics.test_rollup import record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("one_day")]

OLD, KEPT = 91, 90  # days ago, where events are kept for 90


def at(days: int) -> datetime:
    return start_of(today() - timedelta(days=days)) + timedelta(hours=12)


def figure(days: int, name: str = "add_to_cart") -> Figure:
    day = today() - timedelta(days=days)
    return figures_of_days(first=day, before=day + timedelta(days=1)).get(day, {}).get(name, Figure())


def test_events_go_when_their_whole_day_is_old(settings: Settings) -> None:
    settings.SHOP_EVENT_DAYS = 90
    record(at=at(OLD))
    record(at=start_of(today() - timedelta(days=KEPT)))
    assert drop_old_events() == 1
    assert [event.occurred_at for event in AnalyticsEvent.objects.all()] == [start_of(today() - timedelta(days=KEPT))]


def test_the_figures_stay_as_they_were() -> None:
    record(at=at(OLD), quantity=3)
    record(at=at(OLD), quantity=4, variant_id=8)
    roll_up_marked_days()
    before = figure(OLD)
    assert drop_old_events() == 2
    assert figure(OLD) == before == Figure(2, 7, Decimal(14))
    assert DailyFigure.objects.filter(variant_id=8).aggregate(units=Sum("quantity"))["units"] == 4


def test_a_day_that_was_never_added_up_is_not_lost() -> None:
    record(at=at(OLD), quantity=3)
    UncountedDay.objects.all().delete()
    drop_old_events()
    assert figure(OLD).quantity == 3


def test_batches_are_small_transactions_that_each_leave_the_figures_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollup, "BATCH", 2)
    for _ in range(5):
        record(at=at(OLD))
    seen = []
    drop_some = rollup._drop_some

    def look(day: date) -> int:
        dropped = drop_some(day)
        seen.append((dropped, figure(OLD).quantity))
        return dropped

    monkeypatch.setattr(rollup, "_drop_some", look)
    with CaptureQueriesContext(connection) as statements:
        assert drop_old_events() == 5
    assert seen == [(2, 5), (2, 5), (1, 5)]
    assert sum(row["sql"] == "COMMIT" for row in statements) == 3


def test_it_stops_when_its_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollup, "LONGEST", 0.0)
    record(at=at(OLD))
    assert drop_old_events() == 0
    assert AnalyticsEvent.objects.count() == 1


@pytest.mark.parametrize("then", [roll_up_marked_days, drop_old_events])
def test_an_event_that_comes_after_its_day_was_dropped_adds_to_the_figure(then: Callable[[], object]) -> None:
    record(at=at(OLD), quantity=3)
    drop_old_events()
    record(at=at(OLD), quantity=2)
    then()
    assert figure(OLD) == Figure(2, 5, Decimal(10))
    drop_old_events()
    roll_up_marked_days()
    assert figure(OLD) == Figure(2, 5, Decimal(10))
    assert not AnalyticsEvent.objects.exists()


def test_days_may_be_kept_longer_again(settings: Settings) -> None:
    settings.SHOP_EVENT_DAYS = 10
    record(at=at(20), quantity=3)
    drop_old_events()
    settings.SHOP_EVENT_DAYS = 90
    record(at=at(20), quantity=2)
    roll_up_marked_days()
    assert figure(20).quantity == 5
    assert drop_old_events() == 0
