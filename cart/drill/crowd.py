"""The processes of a drill: started, released together, listened to, and stopped whatever happens."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from typing import cast

from cart.drill.buying import GO, READY, Answer, be_buyers
from cart.drill.plan import DrillPlan

PATIENCE = 60.0  # seconds without a sign of any process
_LOOK_EVERY = 0.1  # seconds
_LAST_ANSWER = 5.0  # seconds
_LOADED_ONCE = ["cart.drill.warm", "cart.drill.stage", "cart.services", "kombu.transport.redis"]


@dataclass
class _Member:
    process: ForkServerProcess
    buyers_left: int


@dataclass
class Crowd:
    """The processes by their pipes; `answers` of all buyers so far, and how many processes were lost on the way."""

    plan: DrillPlan
    members: dict[Connection, _Member] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    lost: int = 0

    def start(self, variant_id: int, check: Callable[[], None]) -> None:
        """Start all processes and wait until each has its database connection. `check` is called now and then.

        Raises what `check` raises, and TimeoutError when all processes are silent for too long.
        """
        with _as_web_process(), _deaf_to_ctrl_c():
            multiprocessing.set_forkserver_preload(_LOADED_ONCE)
            forkserver.ensure_running()
        for number in range(self.plan.processes):
            check()
            self._start_one(variant_id, len(self.plan.share(number)))
        self._listen(lambda member, message: message == READY, check)

    def _start_one(self, variant_id: int, buyers: int) -> None:
        context = multiprocessing.get_context("forkserver")
        ours, theirs = context.Pipe()
        process = context.Process(target=be_buyers, args=(theirs, variant_id, buyers), daemon=True)
        process.start()
        theirs.close()
        self.members[ours] = _Member(process, buyers)

    def release(self, check: Callable[[], None]) -> None:
        """Let all of them loose at once, and collect their answers until the last has given its own.

        Raises as `start` does.
        """
        for pipe in self.members:
            with suppress(OSError):  # one that is gone already is noticed by listening
                pipe.send(GO)
        self._listen(self._note_answer, check)

    def _note_answer(self, member: _Member, message: object) -> bool:
        self.answers.append(cast(Answer, message))
        member.buyers_left -= 1
        return not member.buyers_left

    def _listen(self, is_done: Callable[[_Member, object], bool], check: Callable[[], None]) -> None:
        """Hear each member until it is done or lost."""
        pipes, heard = set(self.members), time.monotonic()
        while pipes:
            check()
            for pipe in wait(pipes, timeout=_LOOK_EVERY):
                heard = time.monotonic()
                if self._hear(cast(Connection, pipe), is_done):
                    pipes.discard(cast(Connection, pipe))
            if time.monotonic() - heard > PATIENCE:
                raise TimeoutError(f"{len(pipes)} processes gave no sign for {PATIENCE:.0f} seconds.")

    def _hear(self, pipe: Connection, is_done: Callable[[_Member, object], bool]) -> bool:
        try:
            return is_done(self.members[pipe], pipe.recv())
        except (EOFError, ConnectionResetError):
            self.lost += 1
            self.members.pop(pipe).process.join()
            pipe.close()
            return True

    def stop(self) -> None:
        """End all processes: each after the answer it is at, and at once where that takes too long.

        So no transaction of a buyer is still under way afterwards, unless its process had to be killed.
        """
        for pipe in self.members:
            pipe.close()
        deadline = time.monotonic() + _LAST_ANSWER
        for member in self.members.values():
            member.process.join(max(0.0, deadline - time.monotonic()))
            if member.process.is_alive():
                member.process.kill()
                member.process.join()


@contextmanager
def _as_web_process() -> Iterator[None]:
    """Buyers wait as long as a web process does, and no longer: what is started here reads its settings as one."""
    before = os.environ.get("SHOP_PROCESS")
    os.environ["SHOP_PROCESS"] = "web"
    try:
        yield
    finally:
        del os.environ["SHOP_PROCESS"]
        if before is not None:
            os.environ["SHOP_PROCESS"] = before


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Ctrl-C reaches the whole group; what is started here leaves it to the drill to decide what it means."""
    resource_tracker.ensure_running()  # by itself, since it unblocks the signal when it is started on the way
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
