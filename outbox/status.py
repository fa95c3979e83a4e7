"""`read_status`: the state of the background work in a few figures, for the admin, Prometheus and a terminal.

The figures of the outbox are here. Another app adds its own with `register`, in its module `gauges`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Count, F, Min, Q

from core.celery import Queue
from core.redis import try_redis
from core.text import counted
from outbox.gauges import Gauge, queue_lengths, seconds_since
from outbox.heartbeat import BEAT
from outbox.models import Heartbeat, OutboxRow
from outbox.registry import registry

# Above these ages the status reports a problem.
OLDEST_PENDING = timedelta(seconds=60)
OLDEST_SIGN = timedelta(seconds=60)

_EFFECTS = "admin:outbox_outboxrow_changelist"
_SCHEDULE = "admin:outbox_scheduledstart_changelist"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of the status. `value` is None where there is nothing to count or measure.

    `name` is the key in JSON, `words` and `unit` are for people, `gauge` is for Prometheus. `problem` says what is
    wrong and what to do, and is empty if nothing is. `page` names the list of the admin with the details.
    """

    name: str
    words: str
    value: float | None
    gauge: Gauge
    unit: str = ""
    missing: str = "none"
    problem: str = ""
    page: str = ""
    query: str = ""

    @property
    def shown(self) -> str:
        return self.missing if self.value is None else f"{self.value}{self.unit}"


Reader = Callable[[], Iterable[Figure]]
_readers: list[Reader] = []


def register(reader: Reader) -> Reader:
    """Decorate a function that reads figures of the status, with one cheap query."""
    _readers.append(reader)
    return reader


@dataclass(frozen=True)
class Status:
    """The figures of all apps."""

    figures: list[Figure]

    @property
    def problems(self) -> list[str]:
        """What is wrong, each with what to do; empty if nothing is."""
        return [figure.problem for figure in self.figures if figure.problem]

    def as_json(self) -> dict[str, Any]:
        """Plain data: figures by name, and those with a label also by its value."""
        found: dict[str, Any] = {}
        for figure in self.figures:
            if figure.gauge.labels:
                ((_, of),) = figure.gauge.labels
                found.setdefault(figure.name, {})[of] = figure.value
            else:
                found[figure.name] = figure.value
        return {**found, "problems": self.problems}


def read_status() -> Status:
    """Read the current state. One query per registered reader: 4 in this project."""
    return Status([figure for reader in _readers for figure in reader()])


def in_words(seconds: float | None) -> str:
    """An age in a message: "12 s", or "ever" where there was nothing to have an age."""
    return "ever" if seconds is None else f"{seconds:.0f} s"


@register
def read_processes() -> Iterator[Figure]:
    """Redis, and the last heartbeats of beat and of the workers of each queue. 1 query.

    Workers answer pulses that beat sends through Redis. While one of these two is silent, nothing is known of the
    workers, and a missing pulse is not reported as theirs.
    """
    ages = dict(Heartbeat.objects.annotate(age=seconds_since(F("seen_at"))).values_list("name", "age"))
    lengths, beat = try_redis(queue_lengths, otherwise=None), ages.get(BEAT)
    yield _redis(lengths)
    told = "It sends the pulses of the workers, so nothing newer is known of these."
    yield _heartbeat(BEAT, beat, problem=_silence(BEAT, beat, told) if _is_silent(beat) else "")
    for queue in Queue:
        name, age = f"workers of {queue}", ages.get(queue.value)
        if lengths is None or not _is_known(age, beat):
            yield _heartbeat(name, None, missing="not known")
        else:
            yield _heartbeat(name, age, problem=_silence(name, age) if _is_silent(age) else "")


def _is_silent(age: float | None) -> bool:
    return age is None or age > OLDEST_SIGN.total_seconds()


def _is_known(age: float | None, beat: float | None) -> bool:
    """Whether the age of a pulse says something of the workers: beat lives, or they were silent before beat was."""
    if not _is_silent(beat):
        return True
    return age is not None and beat is not None and _is_silent(age - beat)


def _silence(name: str, age: float | None, *more: str) -> str:
    return " ".join([f"No sign of life of {name} for {in_words(age)}: start it, or look at its log.", *more])


def _heartbeat(name: str, age: float | None, *, missing: str = "never", problem: str = "") -> Figure:
    return Figure(
        name="signs_of_life",
        words=f"last sign of life of {name}",
        value=age,
        unit=" s ago",
        missing=missing,
        gauge=Gauge("shop_sign_of_life_age_seconds", "Since the last sign of life", age, (("of", name),)),
        problem=problem,
        page=_SCHEDULE,
    )


def _redis(lengths: dict[str, int] | None) -> Figure:
    is_away = "Redis does not answer: effects wait until it is back, and nothing is known of the workers."
    return Figure(
        name="queued_messages",
        words="messages that no worker has taken",
        value=None if lengths is None else sum(lengths.values()),
        missing="Redis does not answer",
        gauge=Gauge("shop_redis_up", "1 if Redis answers", lengths is not None),
        problem=is_away if lengths is None else "",
        page=_EFFECTS,
        query="?state=waiting",
    )


@register
def read_effects() -> Iterator[Figure]:
    """The rows of the outbox. 1 query."""
    effects = _rows_by_effect()
    for name in sorted(effects):
        yield _pending(name, effects[name].pending)
    # Without rows of effects that this version does not know: no worker can do these, and the sweep ends their wait.
    ages = [rows.oldest for name, rows in effects.items() if name in registry and rows.oldest is not None]
    yield _oldest(max(ages, default=None))
    yield _dead(sum(each.dead for each in effects.values()))


class _Rows(NamedTuple):
    """Outbox rows of one effect."""

    pending: int = 0
    dead: int = 0
    oldest: float | None = None


def _rows_by_effect() -> dict[str, _Rows]:
    """By name, including effects without rows."""
    living = Q(is_dead=False)
    rows = OutboxRow.objects.order_by().values_list("effect")
    sums = rows.annotate(
        pending=Count("pk", filter=living),
        dead=Count("pk", filter=~living),
        oldest=seconds_since(Min("created_at", filter=living)),
    )
    return {name: _Rows() for name in registry} | {name: _Rows(*found) for name, *found in sums}


def _pending(effect: str, count: int) -> Figure:
    return Figure(
        name="pending",
        words=f"pending {effect}",
        value=count,
        gauge=Gauge("shop_effects_pending", "Rows in the outbox", count, (("effect", effect),)),
        page=_EFFECTS,
        query=f"?effect={effect}",
    )


def _oldest(age: float | None) -> Figure:
    waits = age is not None and age > OLDEST_PENDING.total_seconds()
    return Figure(
        name="oldest_pending",
        words="oldest pending effect",
        value=age,
        unit=" s",
        gauge=Gauge("shop_effects_oldest_pending_seconds", "Age of the oldest row in the outbox", age or 0.0),
        problem=f"The oldest pending effect waits {in_words(age)}: are the workers running?" if waits else "",
        page=_EFFECTS,
    )


def _dead(count: int) -> Figure:
    effects = counted(count, "effect is", "effects are")
    return Figure(
        name="dead",
        words="dead effects",
        value=count,
        gauge=Gauge("shop_effects_dead", "Effects that failed too often", count),
        problem=f"{effects} dead: retry or discard in the admin, under Effects." if count else "",
        page=_EFFECTS,
        query="?state=dead",
    )
