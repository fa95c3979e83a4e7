"""Whatever goes wrong with Redis, nobody who asks it hears of it, and it is left alone for a while."""

import pytest
from redis.exceptions import TimeoutError as RedisTimeout

from core.redis import try_redis


@pytest.mark.parametrize(
    "error",
    [RedisTimeout("Timeout reading from socket"), OSError("refused"), ValueError("I/O operation on closed file")],
    ids=lambda error: type(error).__name__,
)
def test_a_failure_is_answered_for_and_followed_by_silence(error: Exception) -> None:
    asked = []

    def ask() -> str:
        asked.append(1)
        raise error

    assert [try_redis(ask, otherwise="nothing") for _ in range(3)] == ["nothing"] * 3
    assert len(asked) == 1


def test_an_answer_is_passed_on() -> None:
    assert try_redis(lambda: "pong", otherwise="nothing") == "pong"
