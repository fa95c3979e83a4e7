"""The processes of a drill: started, released together, and listened to."""

import multiprocessing
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from typing import cast

from tools.oversell_drill.buying import GO, READY, Answer, be_buyers
from tools.oversell_drill.plan import DrillPlan

PATIENCE = 60.0  # seconds without a sign of any process
_LOOK_EVERY = 0.1  # seconds
_LOADED_ONCE = ["tools.oversell_drill.warm", "cart.services", "kombu.transport.redis"]


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

    def start(self, variant_id: int) -> None:
        """Start all processes and wait until each has its database connection.

        Raises TimeoutError when all of them are silent for too long.
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
        """Let all of them loose at once, and collect their answers until the last has given its own.

        Argument: `look` is called now and then.
        Raises TimeoutError as `start` does.
        """
        for pipe in self.members:
            with suppress(OSError):  # one that is gone already is noticed by listening
                pipe.send(GO)
        self._listen(self._note_answer, look)

    def _note_answer(self, member: _Member, message: object) -> bool:
        self.answers.append(cast(Answer, message))
        member.buyers_left -= 1
        return not member.buyers_left

    def _listen(self, is_done: Callable[[_Member, object], bool], look: Callable[[], None] = lambda: None) -> None:
        """Hear each member until it is done or lost."""
        pipes, heard = set(self.members), time.monotonic()
        while pipes:
            look()
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
