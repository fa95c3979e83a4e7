"""The web's one way to Redis: short time-outs, and a breaker that stops asking a Redis that does not answer.

Nothing a shopper does depends on Redis. So a Redis that is down or hung may cost a process one wait of a quarter of a
second, and then nothing for two seconds; the wake-up of workers and the rate limiter share this wait and this silence.
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
    """The connection pool of this process. redis-py's own retries would multiply the wait, so there are none."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=10,
    )


def try_redis(ask: Callable[[], R], *, otherwise: R) -> R:
    """Ask Redis something, or go on without an answer.

    Arguments: a call that talks to Redis, directly or through Celery; what to return while Redis is not to be had.
    Never raises: what went wrong is in the log.
    """
    global _silent_until
    if time.monotonic() < _silent_until:
        return otherwise
    if _silent_until:
        # After a failure one thread asks for all of them; the others stay silent until it knows.
        _silent_until = time.monotonic() + SILENCE
    try:
        answer = ask()
    except Exception:
        # Whatever it is: a time-out in redis-py's handshake has been seen to arrive as "ValueError: I/O operation on
        # closed file", and no error of a thing that nobody depends on may become a shopper's.
        logger.warning("Redis was asked in vain; silent for %s s", SILENCE, exc_info=True)
        _silent_until = time.monotonic() + SILENCE
        return otherwise
    _silent_until = 0.0
    return answer
