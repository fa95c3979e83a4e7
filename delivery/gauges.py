"""What is to be sent and what could not be sent, for the status and `GET /metrics`."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Min, Q

from core.text import counted
from delivery.models import Letter
from outbox.gauges import Gauge, seconds_since
from outbox.status import Figure, in_words, register

OLDEST = timedelta(minutes=10)  # older, and somebody should look

_PAGE = "admin:delivery_letter_changelist"


@register
def read_letters() -> Iterator[Figure]:
    """The age of the oldest letter to be sent, and how many are dead. 1 query."""
    found = Letter.objects.unsent().aggregate(
        age=seconds_since(Min("created_at", filter=Q(is_dead=False))), dead=Count("pk", filter=Q(is_dead=True))
    )
    age, dead = found["age"], found["dead"]
    waits = age is not None and age > OLDEST.total_seconds()
    yield Figure(
        name="oldest_letter",
        words="oldest letter that is not sent",
        value=age,
        unit=" s",
        gauge=Gauge("shop_letters_oldest_seconds", "Age of the oldest letter to be sent", age or 0.0),
        problem=f"The oldest letter waits {in_words(age)}: does the mail server answer?" if waits else "",
        page=_PAGE,
        query="?state=waiting",
    )
    letters = counted(dead, "letter is", "letters are")
    yield Figure(
        name="dead_letters",
        words="dead letters",
        value=dead,
        gauge=Gauge("shop_letters_dead", "Letters that could not be sent", dead),
        problem=f"{letters} dead: retry or discard in the admin, under Letters." if dead else "",
        page=_PAGE,
        query="?state=dead",
    )
