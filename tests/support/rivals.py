"""`beside`: a second transaction that acts while the first one is past its look and before its write."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from tests.support.databases import on_its_own_connection, somebody_waits
from tests.support.waiting import wait_until

T = TypeVar("T")


def beside(monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], T]) -> Future[T]:
    """Let another session begin just after the first call of a function ("module.name").

    The caller goes on when the other one waits for its lock, or has ended because there is none. Returns its result.
    """
    module, function = name.rsplit(".", 1)
    looks: Any = getattr(__import__(module, fromlist=[function]), function)
    rival: Future[T] = Future()

    def run() -> None:
        try:
            rival.set_result(on_its_own_connection(act))
        except BaseException as error:
            rival.set_exception(error)

    def before_the_rival(*args: object, **words: object) -> object:
        monkeypatch.undo()
        seen = looks(*args, **words)
        threads = ThreadPoolExecutor(1)
        threads.submit(run)
        threads.shutdown(wait=False)
        wait_until(lambda: rival.done() or somebody_waits(), "the rival waits or has ended")
        return seen

    monkeypatch.setattr(name, before_the_rival)
    return rival
