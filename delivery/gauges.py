"""Deliveries that wait and deliveries that are dead, for the status and `GET /metrics`."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Min, Q

from core.text import counted
from delivery.models import Delivery
from outbox.gauges import Gauge, seconds_since
from outbox.status import Figure, in_words, register

OLDEST = timedelta(minutes=10)  # above this age the status reports a problem

_PAGE = "admin:delivery_delivery_changelist"


# The figures have their names of version 1.0, which monitoring uses.
@register
def read_deliveries() -> Iterator[Figure]:
    """The age of the oldest delivery to be sent, and how many are dead. 1 query."""
    known = Q(is_dead=False, channel__in=list(settings.DELIVERY_CHANNELS))
    found = Delivery.objects.unsent().aggregate(
        age=seconds_since(Min("created_at", filter=known)), dead=Count("pk", filter=Q(is_dead=True))
    )
    age, dead = found["age"], found["dead"]
    waits = age is not None and age > OLDEST.total_seconds()
    yield Figure(
        name="oldest_letter",
        words="oldest delivery that is not sent",
        value=age,
        unit=" s",
        gauge=Gauge("shop_letters_oldest_seconds", "Age of the oldest message to be sent", age or 0.0),
        problem=f"The oldest delivery waits {in_words(age)}: does the mail server answer?" if waits else "",
        page=_PAGE,
        query="?state=waiting",
    )
    deliveries = counted(dead, "delivery is", "deliveries are")
    yield Figure(
        name="dead_letters",
        words="dead deliveries",
        value=dead,
        gauge=Gauge("shop_letters_dead", "Messages that could not be sent", dead),
        problem=f"{deliveries} dead: retry or discard in the admin, under Deliveries." if dead else "",
        page=_PAGE,
        query="?state=dead",
    )
