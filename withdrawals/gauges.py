"""Withdrawals whose money must be sent soon, for the status and `GET /metrics`."""

from collections.abc import Iterator
from datetime import timedelta

from core.days import today
from core.text import counted
from outbox.gauges import Gauge
from outbox.status import Figure, register
from withdrawals.selectors import due_before

_SOON = timedelta(days=3)


@register
def read_withdrawals() -> Iterator[Figure]:
    """How many open withdrawals have three days or less until their money must be sent. 1 query."""
    due = due_before(today() + _SOON + timedelta(days=1)).count()
    withdrawals = counted(due, "withdrawal", "withdrawals")
    yield Figure(
        name="withdrawals_due",
        words="withdrawals whose money must be sent within three days",
        value=due,
        gauge=Gauge("shop_withdrawals_due", "Open withdrawals whose money must be sent within three days", due),
        problem=f"The money of {withdrawals} must be sent within three days, or is late." if due else "",
        page="admin:withdrawals_withdrawal_changelist",
    )
