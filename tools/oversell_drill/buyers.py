"""The buyers of a drill. `Crowd` starts their processes, releases them together and collects the answers.

Each process runs `be_buyers`: it connects, waits for GO, and makes the requests of its buyers one after another.
"""

import logging
import multiprocessing
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from typing import cast

from tools.oversell_drill.plan import DrillPlan


class Outcome(StrEnum):
    """How the shop answered a buyer."""

    SUCCESS = "success"
    REFUSAL = "refusal"
    BUSY = "busy"
    ERROR = "error"


@dataclass(frozen=True)
class Answer:
    """The answer to one buyer: the outcome, milliseconds, and how often the transaction was retried."""

    outcome: Outcome
    milliseconds: float
    retries: int
    error: str = ""


READY, GO = "ready", "go"
_NO_VARIANT = 0


def be_buyers(pipe: Connection, variant_id: int, buyers: int) -> None:
    """Run in a process. Arguments: the pipe to the drill, the variant to buy, and the number of buyers.

    Sends READY, waits for GO, sends an `Answer` a buyer. Stops early when the drill sends anything else or is gone.
    """
    from django.db import connection

    retries = _count_retries()
    try:
        connection.ensure_connection()
        _ask(_NO_VARIANT)  # refused and rolled back, but loads everything that a web process has loaded
        pipe.send(READY)
        if pipe.recv() == GO:
            _buy(pipe, variant_id, range(buyers), retries)
    except (EOFError, BrokenPipeError):
        return  # the drill was killed
    finally:
        connection.close()


def _buy(pipe: Connection, variant_id: int, buyers: Iterable[int], retries: "_Counter") -> None:
    for _ in buyers:
        if pipe.poll():
            return
        before, start = retries.count, time.perf_counter()
        outcome, error = _ask(variant_id)
        took = (time.perf_counter() - start) * 1000
        pipe.send(Answer(outcome, took, retries.count - before, error))


def _ask(variant_id: int) -> tuple[Outcome, str]:
    """Add one unit for a guest without a cart, as the shop's own view does."""
    from cart.services import add_product_to_cart
    from core.errors import Busy
    from inventory.errors import InsufficientStock

    try:
        add_product_to_cart(None, variant_id, 1, guest_token=uuid.uuid4(), idempotency_key=str(uuid.uuid4()))
    except InsufficientStock:
        return Outcome.REFUSAL, ""
    except Busy:
        return Outcome.BUSY, ""
    except Exception as error:
        return Outcome.ERROR, f"{type(error).__name__}: {error}"
    return Outcome.SUCCESS, ""


class _Counter(logging.Handler):
    """Counts the log records of one logger."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


def _count_retries() -> _Counter:
    from core.transactions import retry_log

    counter = _Counter()
    retry_log.addHandler(counter)
    retry_log.propagate = False
    return counter


PATIENCE = 60.0  # seconds without a message from any process
_LOOK_EVERY = 0.1  # seconds
_LOADED_ONCE = ["tools.oversell_drill.warm", "cart.services", "kombu.transport.redis"]


@dataclass
class _Member:
    process: ForkServerProcess
    buyers_left: int


@dataclass
class Crowd:
    """The processes by their pipes, all answers so far, and how many processes were lost."""

    plan: DrillPlan
    members: dict[Connection, _Member] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    lost: int = 0

    def start(self, variant_id: int) -> None:
        """Start all processes and wait until each has its database connection.

        Raises TimeoutError when none of them sends anything for PATIENCE seconds.
        """
        multiprocessing.set_forkserver_preload(_LOADED_ONCE)
        for number in range(self.plan.processes):
            self._start_one(variant_id, len(self.plan.share(number)))
        self._listen(lambda member, message: message == READY)

    def _start_one(self, variant_id: int, buyers: int) -> None:
        context = multiprocessing.get_context("forkserver")
        ours, theirs = context.Pipe()
        process = context.Process(target=be_buyers, args=(theirs, variant_id, buyers), daemon=True)
        process.start()
        theirs.close()
        self.members[ours] = _Member(process, buyers)

    def release(self, look: Callable[[], None]) -> None:
        """Let all buyers start at once, and collect their answers. `look` is called regularly meanwhile.

        Raises TimeoutError as `start` does.
        """
        for pipe in self.members:
            with suppress(OSError):  # `_listen` notices a process that is gone already
                pipe.send(GO)
        self._listen(self._note_answer, look)

    def _note_answer(self, member: _Member, message: object) -> bool:
        self.answers.append(cast(Answer, message))
        member.buyers_left -= 1
        return not member.buyers_left

    def _listen(self, is_done: Callable[[_Member, object], bool], look: Callable[[], None] = lambda: None) -> None:
        """Read the messages of each member until it is done or lost."""
        pipes, heard = set(self.members), time.monotonic()
        while pipes:
            look()
            for pipe in wait(pipes, timeout=_LOOK_EVERY):
                heard = time.monotonic()
                if self._hear(cast(Connection, pipe), is_done):
                    pipes.discard(cast(Connection, pipe))
            if time.monotonic() - heard > PATIENCE:
                raise TimeoutError(f"{len(pipes)} processes sent nothing for {PATIENCE:.0f} seconds.")

    def _hear(self, pipe: Connection, is_done: Callable[[_Member, object], bool]) -> bool:
        try:
            return is_done(self.members[pipe], pipe.recv())
        except (EOFError, ConnectionResetError):
            self.lost += 1
            self.members.pop(pipe).process.join()
            pipe.close()
            return True
