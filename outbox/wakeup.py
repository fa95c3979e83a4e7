"""`notify`: a Celery message without arguments that says "there may be rows of this effect"; the sweep, for lost ones.

Only speed depends on it. A message is sent when none for the effect is on its way: `SET NX` in Redis remembers that,
and a drain deletes that flag before its last look for rows. So either the rows of a message were committed before that
look, or the flag was gone and the message was sent: no wake-up is lost, and any number of commits while a drain is at
work send none.

A drain that found rows stays for more, with the flag set: a busy shop sends a message a second, not one a change.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta

from core.redis import client, try_redis
from outbox.models import OutboxRow
from outbox.registry import registry

# A message may be lost with its flag set. Then none is sent for this long at most; the sweep sends all the same.
FLAG_LIFE = 5_000  # milliseconds


def notify(effects: Collection[str]) -> None:
    """Send a message for each of these effects that has none on its way. Never raises for a Redis that is away."""
    notify_each({name: registry[name].send for name in effects})


def notify_each(senders: Mapping[str, Callable[..., None]]) -> None:
    """The same for anything that has such a flag: by its name, what sends its message."""
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
    """Send a message for each of these effects whatever the flag says: what a sweep does for rows that were left."""
    for name in effects:
        registry[name].send()


def wake_for_waiting_rows(*, longer_than: timedelta) -> list[str]:
    """Wake a worker for every effect that has rows waiting longer than this. Returns the names of the effects.

    Rows of an effect that this version does not know (one that was rolled back, say) are left for the one that does.
    """
    rows = OutboxRow.objects.waiting(longer_than=longer_than).order_by()
    names = [name for name in rows.values_list("effect", flat=True).distinct() if name in registry]
    notify_always(names)
    return names


def rearm(name: str) -> None:
    """Let the next change send a message again. A drain calls this before it looks for rows."""
    client().delete(_flag(name))


def suppress(name: str) -> None:
    """Let changes send nothing for a while: a drain will look again by itself, and rearms before it does."""
    client().set(_flag(name), 1, px=FLAG_LIFE)


def _flag(name: str) -> str:
    return f"wake-up:{name}"
