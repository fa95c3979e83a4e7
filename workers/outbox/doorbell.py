"""The doorbell: a Celery message without arguments that says "there may be rows of this effect".

Only speed depends on it. It is rung when no ring for the effect is on its way: `SET NX` in Redis remembers that, and a
drain clears it before it looks for rows. So either a ring's rows were committed before that look, or the bell was clear
and the ring was sent: no wake-up is lost, and any number of commits while a ring is under way send no message.
"""

from collections.abc import Callable, Collection, Mapping

from redis_link import client, try_redis
from workers.outbox.effects import registry

# The drain starts this long after the ring, so that a busy shop sends a message a window and not one a change.
WINDOW = 0.05  # seconds
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
            send(countdown=WINDOW, retry=False)


def ring_now(effects: Collection[str]) -> None:
    """Send a message for each of these effects whatever the bell says: what a sweep does for rows that were left.

    Without a countdown, since that is a time of the sender's clock and the worker's may be an hour behind.
    """
    for name in effects:
        registry[name].send()


def clear(name: str) -> None:
    """Make the next ring send a message again. A drain calls this before it looks for rows."""
    client().delete(_bell(name))


def _bell(name: str) -> str:
    return f"bell:{name}"
