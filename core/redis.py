"""`try_redis`, how web processes ask Redis: with short time-outs, and a breaker while Redis does not answer.

No request depends on Redis. A Redis that is down or hangs costs a process one wait of 0.25 seconds, and then nothing
for two seconds. Wake-ups and the rate limit share this breaker.
"""

import logging
import time
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

R = TypeVar("R")

TIMEOUT = 0.25  # seconds, for connecting and for an answer
SILENCE = 2.0  # seconds without another try after a failure

_silent_until = 0.0


@cache
def client() -> Redis:
    """The connection pool of this process. Without redis-py's own retries, which would multiply the wait."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=10,
    )


def try_redis(ask: Callable[[], R], *, otherwise: R) -> R:
    """Return the answer of `ask`, or `otherwise` while Redis does not answer.

    Arguments: a call that talks to Redis, directly or through Celery; the value to return instead.
    Never raises: errors go to the log.
    """
    global _silent_until
    if time.monotonic() < _silent_until:
        return otherwise
    if _silent_until:
        # After a failure one thread tries; the others stay silent until it has an answer.
        _silent_until = time.monotonic() + SILENCE
    try:
        answer = ask()
    except Exception:
        # Every exception: a time-out in redis-py's handshake was seen as "ValueError: I/O operation on closed file".
        # Nothing depends on Redis, so none of its errors may reach a shopper.
        logger.warning("Redis was asked in vain; silent for %s s", SILENCE, exc_info=True)
        _silent_until = time.monotonic() + SILENCE
        return otherwise
    _silent_until = 0.0
    return answer
