"""`watch`: start the site's processes and servers again when they die, and print it."""

import time
from collections.abc import Sequence
from typing import Protocol

from tools.local.process import Waiting, exit_text
from tools.terminal import LocalError, say

LOOK_SECONDS = 0.2
# Seconds. Without a pause, a process that ends at once would be restarted in a busy loop.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STEADY_SECONDS = 60.0  # a process that lived this long is started again without a pause


class Keepable(Protocol):
    """A process that can be started again."""

    @property
    def name(self) -> str:
        """Its name in messages."""

    @property
    def exit_code(self) -> int | None:
        """The exit code; None while it runs."""

    def kill(self) -> None:
        """Kill what is left of it."""

    def start(self) -> None:
        """Start it again."""


class Keeper:
    """Keeps one process alive."""

    def __init__(self, kept: Keepable) -> None:
        self.kept = kept
        self.pause = 0.0
        self.started = time.monotonic()
        self.due: float | None = None  # when to start it again; None while it runs

    def look(self) -> None:
        """Notice that it died, or start it again when that is due."""
        if self.due is not None:
            if time.monotonic() >= self.due:
                self._start_again()
        elif self.kept.exit_code is not None:
            self._died(f"{self.kept.name} died ({exit_text(self.kept.exit_code)})")

    def _died(self, what: str) -> None:
        # Its children may still be alive and hold the port.
        self.kept.kill()
        if time.monotonic() - self.started > STEADY_SECONDS:
            self.pause = 0.0
        when = f"in {self.pause:g} s" if self.pause else "now"
        say(f"{time.strftime('%H:%M:%S')}  {what}, starting it again {when}")
        self.due = time.monotonic() + self.pause
        self.pause = min(max(self.pause * 2, FIRST_PAUSE), LONGEST_PAUSE)

    def _start_again(self) -> None:
        self.due, self.started = None, time.monotonic()
        try:
            self.kept.start()
        except LocalError as error:
            self._died(str(error))


def watch(kept: Sequence[Keepable], waiting: Waiting) -> None:
    """Keep all of them running until `waiting` raises."""
    keepers = [Keeper(one) for one in kept]
    while True:
        waiting()
        for keeper in keepers:
            keeper.look()
        time.sleep(LOOK_SECONDS)
