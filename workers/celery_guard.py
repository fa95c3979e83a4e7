"""`install`: keeps a Celery 5.7.0 worker alive when Redis dies while a message is not yet acknowledged.

The consumer closes its connection in `on_connection_error_after_connected`. Closing restores unacknowledged messages,
for which `Channel._connparams` reads `hostname` of a client that is None already. The AttributeError is not a
connection error, so nothing handles it, and the worker exits with 1: 10 of 10 tries. A connection error is handled.
Delete this when kombu or Celery fixes it; `tests/support/worker_smoke.py` shows when.
"""

from typing import Any

from kombu.transport import redis as kombu_redis
from redis.exceptions import ConnectionError as RedisConnectionError


def install() -> None:
    """Patch kombu's Redis channel in this process."""
    channel_class: Any = kombu_redis.Channel
    original = channel_class._connparams

    def connparams(channel: Any, asynchronous: bool = False) -> Any:
        if getattr(channel.connection, "client", None) is None:
            raise RedisConnectionError("the connection to the broker is closed already")
        return original(channel, asynchronous)

    channel_class._connparams = connparams
