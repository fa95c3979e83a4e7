"""The doorbell: a Celery message without arguments that says "there may be rows of this effect".

Only speed depends on it. It is rung when no ring for the effect is on its way: `SET NX` in Redis remembers that, and a
drain clears it before its last look for rows. So either a ring's rows were committed before that look, or the bell was
clear and the ring was sent: no wake-up is lost, and any number of commits while a drain is at work send no message.

A drain that found rows stays for more, its bell set meanwhile: a busy shop sends a message a second, not one a change.
"""

from collections.abc import Callable, Collection, Mapping

from core.redis import client, try_redis
from workers.outbox.effects import registry

# A message may be lost with its bell set. Then the bell is silent this long at most; the sweep rings all the same.
BELL_LIFE = 5_000  # milliseconds


def ring(effects: Collection[str]) -> None:
    """Send a message for each of these effects that has none on its way. Never raises for a Redis that is away."""
    ring_each({name: registry[name].send for name in effects})


def ring_each(senders: Mapping[str, Callable[..., None]]) -> None:
    """The same for anything that has a bell: by its name, what sends its message."""
    try_redis(lambda: _ring(senders), otherwise=None)


def _ring(senders: Mapping[str, Callable[..., None]]) -> None:
    with client().pipeline(transaction=False) as pipe:
        for name in senders:
            pipe.set(_bell(name), 1, nx=True, px=BELL_LIFE)
        was_clear = pipe.execute()
    for send, clear in zip(senders.values(), was_clear, strict=True):
        if clear:
            send(retry=False)


def ring_now(effects: Collection[str]) -> None:
    """Send a message for each of these effects whatever the bell says: what a sweep does for rows that were left."""
    for name in effects:
        registry[name].send()


def clear(name: str) -> None:
    """Make the next ring send a message again. A drain calls this before it looks for rows."""
    client().delete(_bell(name))


def mute(name: str) -> None:
    """Make rings send nothing for a while: a drain will look again by itself, and clears the bell before it does."""
    client().set(_bell(name), 1, px=BELL_LIFE)


def _bell(name: str) -> str:
    return f"bell:{name}"
