"""`notify`: a Celery message without arguments that says "there may be rows of this effect".

It only makes things faster; the sweep (`wake_for_waiting_rows`) finds rows whose message was lost. A message is sent if
none for the effect is on its way: a flag in Redis (`SET NX`) remembers that, and a drain deletes the flag before its
last look for rows. So either the rows of a message were committed before that look, or the flag was gone and the
message was sent. No wake-up is lost, and commits during a drain send none.

A drain that found rows waits for more with the flag set: a busy shop sends one message a second, not one per change.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta

from django.db.models import Q

from core.redis import client, try_redis
from outbox.models import OutboxRow
from outbox.registry import registry
from outbox.retry import settle_unknown

# A message may be lost while its flag is set. Then none is sent for this long at most, except by the sweep.
FLAG_LIFE = 5_000  # milliseconds

_UNKNOWN = (
    "No code of this version knows this effect: a newer version wrote it, or its code was removed. Install the version "
    "that knows it, and it is done by itself; or discard it."
)


def notify(effects: Collection[str]) -> None:
    """Send a message for each of these effects that has none on its way. Never raises if Redis is down."""
    notify_each({name: registry[name].send for name in effects})


def notify_each(senders: Mapping[str, Callable[..., None]]) -> None:
    """The same for other senders: what sends the message, by the name of its flag."""
    try_redis(lambda: _notify(senders), otherwise=None)


def _notify(senders: Mapping[str, Callable[..., None]]) -> None:
    with client().pipeline(transaction=False) as pipe:
        for name in senders:
            pipe.set(_flag(name), 1, nx=True, px=FLAG_LIFE)
        was_free = pipe.execute()
    for send, free in zip(senders.values(), was_free, strict=True):
        if free:
            send(retry=False)


def notify_always(effects: Collection[str]) -> None:
    """Send a message for each of these effects whatever the flag says, as the sweep does."""
    for name in effects:
        registry[name].send()


def wake_for_waiting_rows(*, longer_than: timedelta) -> list[str]:
    """Wake a worker for each effect that has rows due for longer than this. Returns the names of the effects.

    Rows of an effect that this version does not know (after a rollback, say) wait for the version that does, and are
    dead after a while.
    """
    settle_unknown(OutboxRow.objects.all(), known=Q(effect__in=list(registry)), error=_UNKNOWN)
    rows = OutboxRow.objects.waiting(longer_than=longer_than).order_by()
    names = [name for name in rows.values_list("effect", flat=True).distinct() if name in registry]
    notify_always(names)
    return names


def rearm(name: str) -> None:
    """Let the next change send a message again. A drain calls this before its last look for rows."""
    client().delete(_flag(name))


def suppress(name: str) -> None:
    """Let changes send no message for a while: the drain will look again, and rearms before it does."""
    client().set(_flag(name), 1, px=FLAG_LIFE)


def _flag(name: str) -> str:
    return f"wake-up:{name}"
