"""`storm` and `cast`: run functions at the same moment, each in a process with its own database connection.

The processes are forked from a server that has imported Django and the project once, and has one thread and no
connection. So fifty of them start in two seconds, and share only what a storm passes to them. They die with the test:
by the kernel when the server ends, by an alarm when they take too long, and at the end of the storm.
"""

import ctypes
import importlib
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from tests.support.waiting import wait_until

PATIENCE = 120  # seconds that a process may live
_PR_SET_PDEATHSIG = 1

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.storms.preloaded"])


@dataclass(frozen=True)
class Actor:
    """What one process does. `act` is a function of a module, with JSON-like arguments and result.

    `without` removes a guard of the product, in this process only. `pause_after` names a function
    ("cart.services.lines.lock_line"): after its first return the process waits for `resume`.
    """

    act: Callable[..., Any]
    args: tuple[Any, ...] = ()
    without: Callable[[], None] | None = None
    pause_after: str | None = None


class Running:
    """An actor in its process, connected and waiting for `start`."""

    def __init__(self, actor: Actor, database: str, barrier: Any, *, together: bool) -> None:
        self.backend = 0  # the process id of its database session, once it is connected
        self._pipe, theirs = _context.Pipe()
        self._paused, self._go = _context.Event(), _context.Event()
        shared = _Shared(barrier, together, self._paused, self._go)
        self._process = _context.Process(target=_live, args=(actor, database, shared, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def connected(self) -> None:
        """Wait until the process has its database connection."""
        self.backend = self._receive()

    def start(self) -> None:
        self._pipe.send("start")

    def resume(self) -> None:
        self._go.set()

    def wait_paused(self) -> None:
        """Wait until it has reached its pause."""
        wait_until(lambda: self._paused.is_set() or self._pipe.poll(), "an actor is at its pause")
        assert self._paused.is_set(), f"ended without pausing: {self.result()}"

    def wait_settled(self) -> bool:
        """Wait until it has ended or waits for a lock of the database. Returns whether it waits."""
        wait_until(lambda: self._pipe.poll() or self._waits_for_a_lock(), "an actor has ended or waits for a lock")
        return not self._pipe.poll()

    def result(self) -> Any:
        """Return the function's result. Fails with its traceback if it raised."""
        value, error = self._receive()
        assert error is None, error
        return value

    def end(self) -> None:
        self._process.kill()
        self._process.join()

    def is_connected(self) -> bool:
        return self._activity() is not None

    def _receive(self) -> Any:
        assert self._pipe.poll(PATIENCE), "a process of the storm says nothing"
        try:
            return self._pipe.recv()
        except EOFError:
            raise AssertionError("a process of the storm died") from None

    def _waits_for_a_lock(self) -> bool:
        return self._activity() == ("Lock",)

    def _activity(self) -> tuple[str | None] | None:
        """What its database session waits for; None without a session."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", [self.backend])
            row: tuple[str | None] | None = cursor.fetchone()
        return row


@contextmanager
def cast(*actors: Actor, together: bool = False) -> Iterator[list[Running]]:
    """Yield the actors in their processes, connected. They are killed at the end of the block.

    With `together`, those that were started wait for the last one.
    """
    from django.db import connection

    barrier = _context.Barrier(len(actors))
    running: list[Running] = []
    try:
        for actor in actors:
            running.append(Running(actor, connection.settings_dict["NAME"], barrier, together=together))
        for one in running:
            one.connected()
        yield running
    finally:
        for one in running:
            one.end()
        # Only then has the database counted their deadlocks.
        wait_until(lambda: not any(one.is_connected() for one in running), "the actors have left the database")


def storm(actors: Sequence[Actor]) -> list[Any]:
    """Run the actors, all released at once. Returns their results in order."""
    with cast(*actors, together=True) as running:
        for one in running:
            one.start()
        return [one.result() for one in running]


@dataclass
class _Shared:
    """What the processes of a storm share, and what an actor shares with the test."""

    barrier: Any
    together: bool
    paused: Any
    go: Any


_shared: _Shared


def meet() -> None:
    """In an actor: wait for all others of the storm. The replacement of a guard calls it where the guard was."""
    _shared.barrier.wait(PATIENCE)


def pause() -> None:
    """In an actor: wait until the test resumes it."""
    if not _shared.paused.is_set():
        _shared.paused.set()
        assert _shared.go.wait(PATIENCE), "nobody said to go on"


def _live(actor: Actor, database: str, shared: _Shared, results: Connection) -> None:
    global _shared
    _shared = shared
    _die_in_time()
    try:
        results.send(_connect(database))
        if actor.without:
            actor.without()
        if actor.pause_after:
            _pause_after(actor.pause_after)
        results.recv()
        if shared.together:
            meet()
        results.send((actor.act(*actor.args), None))
    except BaseException:
        results.send((None, traceback.format_exc()))


def _die_in_time() -> None:
    signal.alarm(PATIENCE)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() == 1:
            os._exit(1)


def _connect(database: str) -> int:
    """Connect to the test's database. The process must not have inherited a thread or connection."""
    from django.db import connection

    assert threading.active_count() == 1
    assert connection.connection is None
    connection.settings_dict["NAME"] = database
    with connection.cursor() as cursor:
        cursor.execute(_NO_HURRY)
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


# A slow machine must not look like a fault. Time-outs of a shopper's request have their own test.
_NO_HURRY = "SET lock_timeout = 0; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0"


def _pause_after(path: str) -> None:
    module, _, name = path.rpartition(".")
    original = getattr(importlib.import_module(module), name)

    def pausing(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        pause()
        return result

    setattr(importlib.import_module(module), name, pausing)
