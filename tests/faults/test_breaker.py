"""How often a process calls a Redis that does not answer, counted in this process."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import core.redis
from outbox import wakeup
from tools.local.servers import Valkey

pytestmark = pytest.mark.quick_fault
THREADS = 4  # of one gunicorn process
SILENCE = 2.0  # seconds, as promised
WINDOWS = 2


@pytest.fixture
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Redis that accepts connections and never answers, used by this process's own client."""
    valkey = Valkey(tmp_path / "valkey")
    valkey.start()
    wait = core.redis.TIMEOUT
    client = Redis.from_url(valkey.url, socket_timeout=wait, socket_connect_timeout=wait, retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(wakeup, "client", lambda: client)
    monkeypatch.setattr(core.redis, "_silent_until", 0.0)
    valkey.freeze()
    yield
    client.close()
    valkey.kill()


@pytest.fixture
def attempts(frozen: None, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The times when a wake-up called Redis."""
    asked: list[float] = []
    notify = wakeup._notify

    def note_and_notify(senders: Mapping[str, Callable[..., None]]) -> None:
        asked.append(time.monotonic())
        notify(senders)

    monkeypatch.setattr(wakeup, "_notify", note_and_notify)
    return asked


def notify_until(stop: threading.Event) -> int:
    """Notify as often as a busy thread does. Returns how often."""
    calls = 0
    while not stop.wait(0.001):
        wakeup.notify(["record_analytics"])
        calls += 1
    return calls


def notify_for(seconds: float, threads: int) -> int:
    stop = threading.Event()
    with ThreadPoolExecutor(threads) as pool:
        calls = [pool.submit(notify_until, stop) for _ in range(threads)]
        stop.wait(seconds)
        stop.set()
        return sum(each.result() for each in calls)


def test_one_thread_asks_once_a_silence(attempts: list[float]) -> None:
    calls = notify_for(WINDOWS * SILENCE, threads=1)
    print(f"{calls} calls, {len(attempts)} attempts")  # noqa: T201
    assert 1 <= len(attempts) <= WINDOWS < calls


def test_threads_share_the_silence(attempts: list[float]) -> None:
    """At first each thread may call Redis. After that one thread does for all, however many notify."""
    calls = notify_for((WINDOWS + 1) * SILENCE, threads=THREADS)
    print(f"{calls} calls, {len(attempts)} attempts")  # noqa: T201
    first = [moment for moment in attempts if moment < attempts[0] + SILENCE]
    assert len(first) <= THREADS
    assert len(attempts) - len(first) <= WINDOWS < calls
