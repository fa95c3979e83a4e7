"""When the period of withdrawal ends: by named days, and against a count of days that knows nothing else."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withdrawals.period import period_end, refund_due

DAYS = st.dates(date(2024, 1, 1), date(2031, 12, 31))


@pytest.mark.parametrize(
    ("delivered", "instructed", "last"),
    [
        # Thursday to Thursday.
        (date(2026, 11, 5), date(2026, 11, 1), date(2026, 11, 19)),
        # The fourteenth day is a Saturday, or a Sunday: the Monday after it.
        (date(2026, 11, 7), date(2026, 11, 1), date(2026, 11, 23)),
        (date(2026, 11, 8), date(2026, 11, 1), date(2026, 11, 23)),
        # Told ten days late: fourteen days from then.
        (date(2026, 11, 2), date(2026, 11, 12), date(2026, 11, 26)),
        # Never told: a year more; and so where it came after that year.
        (date(2026, 11, 5), None, date(2027, 11, 19)),
        (date(2026, 11, 5), date(2028, 1, 1), date(2027, 11, 19)),
        # A year after 29 February.
        (date(2028, 2, 15), None, date(2029, 2, 28)),
    ],
)
def test_its_last_day(delivered: date, instructed: date | None, last: date) -> None:
    end = period_end(delivered=delivered, instructed=instructed)
    # The end of the day on the Azores, one hour behind UTC in winter.
    assert end.astimezone(UTC) == datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1, hours=1)


def test_the_last_second_of_the_last_day_counts_wherever_in_the_union_it_is() -> None:
    end = period_end(delivered=date(2026, 7, 1), instructed=date(2026, 7, 1))
    assert end.astimezone(UTC) == datetime(2026, 7, 16, 0, tzinfo=UTC)  # midnight of summer time on the Azores


@given(DAYS, st.none() | DAYS)
def test_it_ends_on_a_working_day_and_never_early(delivered: date, instructed: date | None) -> None:
    last = (period_end(delivered=delivered, instructed=instructed) - timedelta(seconds=1)).date()
    assert last.weekday() < 5
    since_delivery = (last - delivered).days
    assert 14 <= since_delivery <= 14 + 366 + 2
    if instructed is None:
        assert since_delivery >= 14 + 365
    elif instructed <= delivered:
        assert since_delivery <= 16
    else:
        assert (last - instructed).days >= 14 or since_delivery >= 14 + 365


def test_the_money_is_due_fourteen_days_after_the_statement() -> None:
    assert refund_due(date(2026, 11, 28)) == date(2026, 12, 12)
