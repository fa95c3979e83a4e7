"""The state of everything behind the pages in a few numbers: for the admin, for Prometheus, for a terminal."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Count, DurationField, ExpressionWrapper, F, Min, Q
from django.db.models.functions import Now

from cart.models import StockAudit
from core.queues import Queue
from core.text import counted
from delivery.models import Letter
from outbox.heartbeat import BEAT
from outbox.models import Heartbeat, OutboxRow
from outbox.registry import registry

# Older than these, and somebody should look.
OLDEST_PENDING = timedelta(seconds=60)
OLDEST_SIGN = timedelta(seconds=60)
OLDEST_LETTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Status:
    """Ages in seconds; None where there is nothing, or never was, to have an age."""

    pending: dict[str, int]
    oldest_pending: float | None
    dead: int
    oldest_letter: float | None
    dead_letters: int
    signs_of_life: dict[str, float | None]
    audit_age: float | None
    audit_differences: int | None

    @property
    def problems(self) -> list[str]:
        """What is wrong, each with what to do about it; empty when all is well."""
        found = [
            f"No sign of life of {name} for {_words(age)}: start it, or look at its log."
            for name, age in self.signs_of_life.items()
            if age is None or age > OLDEST_SIGN.total_seconds()
        ]
        if self.oldest_pending is not None and self.oldest_pending > OLDEST_PENDING.total_seconds():
            found.append(f"The oldest pending effect waits {_words(self.oldest_pending)}: are the workers running?")
        if self.dead:
            effects = counted(self.dead, "effect is", "effects are")
            found.append(f"{effects} dead: retry or discard in the admin, under Effects.")
        if self.oldest_letter is not None and self.oldest_letter > OLDEST_LETTER.total_seconds():
            found.append(f"The oldest letter waits {_words(self.oldest_letter)}: does the mail server answer?")
        if self.dead_letters:
            letters = counted(self.dead_letters, "letter is", "letters are")
            found.append(f"{letters} dead: retry or discard in the admin, under Letters.")
        if self.audit_differences:
            differences = counted(self.audit_differences, "difference", "differences")
            found.append(f"The last audit found {differences}: run manage.py audit_stock.")
        return found

    def as_json(self) -> dict[str, Any]:
        """Everything as plain data, under the names of the fields."""
        return {**self.__dict__, "problems": self.problems}


def _words(seconds: float | None) -> str:
    return "ever" if seconds is None else f"{seconds:.0f} s"


def read_status() -> Status:
    """Read the state as it is now. 4 queries."""
    effects = _effects()
    letters = Letter.objects.unsent().aggregate(
        age=_age(Min("created_at", filter=Q(is_dead=False))), dead=Count("pk", filter=Q(is_dead=True))
    )
    audit = StockAudit.objects.annotate(age=_age(F("ran_at"))).first()
    return Status(
        pending={name: effects[name].pending for name in sorted(effects)},
        oldest_pending=max((each.oldest for each in effects.values() if each.oldest is not None), default=None),
        dead=sum(each.dead for each in effects.values()),
        oldest_letter=_seconds(letters["age"]),
        dead_letters=letters["dead"],
        signs_of_life=_signs_of_life(),
        audit_age=_seconds(audit.age) if audit else None,
        audit_differences=audit.left_count if audit else None,
    )


class _Rows(NamedTuple):
    """Outbox rows of one effect."""

    pending: int = 0
    dead: int = 0
    oldest: float | None = None


def _effects() -> dict[str, _Rows]:
    """By name, also effects that have no row."""
    living = Q(is_dead=False)
    rows = OutboxRow.objects.order_by().values_list("effect")
    sums = rows.annotate(
        pending=Count("pk", filter=living),
        dead=Count("pk", filter=~living),
        age=_age(Min("created_at", filter=living)),
    )
    found = {name: _Rows(pending, dead, _seconds(age)) for name, pending, dead, age in sums}
    return {name: _Rows() for name in registry} | found


def _signs_of_life() -> dict[str, float | None]:
    ages = dict(Heartbeat.objects.annotate(age=_age(F("seen_at"))).values_list("name", "age"))
    names = {BEAT: BEAT} | {queue.value: f"workers of {queue.value}" for queue in Queue}
    return {words: _seconds(ages.get(name)) for name, words in names.items()}


def _age(moment: Any) -> "ExpressionWrapper[Any]":
    """By the database's clock, which also wrote the moment."""
    return ExpressionWrapper(Now() - moment, output_field=DurationField())


def _seconds(age: timedelta | None) -> float | None:
    return None if age is None else round(age.total_seconds(), 1)
