"""Signals as a flag that is looked at, never as an exception in the middle of starting a process."""

import signal
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Raised by `StopRequest.check` once somebody asked to stop."""


class StopRequest:
    """Counts SIGINT, SIGTERM and SIGHUP: the first asks to stop, a second one to hurry."""

    def __init__(self) -> None:
        self.count = 0
        self.number = signal.SIGTERM

    def listen(self) -> None:
        """Take over the three signals; only from the main thread."""
        for number in ENDING:
            # Under nohup, SIGHUP is ignored on purpose.
            if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue
            signal.signal(number, self._received)

    def _received(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        self.number = signal.Signals(number)

    def check(self) -> None:
        """Raise `Stopped` if a stop was asked for. To be called in every loop that waits."""
        if self.count:
            raise Stopped

    def hurry(self) -> bool:
        """Whether the person asked again."""
        return self.count > 1
