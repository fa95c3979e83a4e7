"""Gauges of holds for `GET /metrics`, and of the last stock audit for the status page too."""

from collections.abc import Iterator

from django.db.models import Count, F, Min, Q
from django.db.models.functions import Now

from cart.models import CartItem, StockAudit
from core.text import counted
from outbox import gauges, status
from outbox.gauges import Gauge, seconds_since
from outbox.status import Figure


@gauges.register
def read_holds() -> Iterator[Gauge]:
    """Live and expired holds, and the age of the oldest expired one. Reads only the index of holds by end. 1 query."""
    live, expired = Q(reserved_until__gt=Now()), Q(reserved_until__lte=Now())
    found = CartItem.objects.filter(reserved_quantity__gt=0).aggregate(
        live=Count("pk", filter=live),
        expired=Count("pk", filter=expired),
        oldest=seconds_since(Min("reserved_until", filter=expired)),
    )
    text = "Lines of carts that hold units; the next sweep gives back those that ran out"
    for state, count in (("live", found["live"]), ("run_out", found["expired"])):
        yield Gauge("shop_holds", text, count, (("state", state),))
    age = found["oldest"] or 0.0
    yield Gauge("shop_holds_run_out_seconds", "Since the first hold that was not given back ran out", age)


@status.register
def read_audit() -> Iterator[Figure]:
    """The last stock audit: when it was, and the differences that it left. 1 query."""
    audit = StockAudit.objects.annotate(age=seconds_since(F("ran_at"))).first()
    age, left = (audit.age, audit.left_count) if audit else (None, None)
    page = "admin:cart_stockaudit_changelist"
    yield Figure(
        name="audit_age",
        words="last stock audit",
        value=age,
        unit=" s ago",
        missing="never",
        gauge=Gauge("shop_audit_age_seconds", "Since the last stock audit", age),
        page=page,
    )
    differences = counted(left or 0, "difference", "differences")
    yield Figure(
        name="audit_differences",
        words="differences that the last stock audit left",
        value=left,
        missing="never audited",
        gauge=Gauge("shop_audit_differences", "Differences that the last stock audit left", left),
        problem=f"The last audit found {differences}: run manage.py audit_stock." if left else "",
        page=page,
    )
