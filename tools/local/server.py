"""`Server`: what a private PostgreSQL and a private Valkey have in common."""

import random
import signal
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import cycle, islice
from pathlib import Path

from tools.local.process import (
    POLL_SECONDS,
    Popen,
    Waiting,
    descendants,
    end_group,
    ended_within,
    exit_text,
    is_alive,
    is_stopped,
    keep_waiting,
    signal_each,
)
from tools.terminal import LocalError, with_log

# Below the range of outgoing connections: else one of them could have our port when the server is started again.
PORTS = range(15_000, 30_000)
PORT_ATTEMPTS = 8
START_SECONDS = 60.0  # includes PostgreSQL's recovery after a kill
SIGNAL_SECONDS = 10.0


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that is free now. Each call returns another one, since it is bound only later."""
    for port in islice(_candidates(), 200):
        if can_bind(port):
            return port
    raise LocalError(f"No free port found between {PORTS.start} and {PORTS.stop}.")


@cache
def _candidates() -> Iterator[int]:
    return cycle(random.sample(PORTS, len(PORTS)))


def can_bind(port: int) -> bool:
    """Return whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class Server(ABC):
    """A private server. Started again, it has the same port and, if durable, the same data.

    Arguments: `folder` is for this server alone; `settings` are added to its configuration; `durable=False` is faster,
    but loses data.
    """

    name: str
    log_name: str
    stop_signal: signal.Signals
    death_signal: signal.Signals
    stop_seconds = 20.0

    def __init__(
        self,
        folder: Path,
        *,
        durable: bool = True,
        settings: Mapping[str, str | int] | None = None,
        waiting: Waiting = keep_waiting,
    ) -> None:
        self.folder = folder
        self.durable = durable
        self.settings = dict(settings or {})
        self.waiting = waiting
        self.port: int | None = None
        self.process: Popen | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """The address with its password, known from the first start on."""

    @abstractmethod
    def _prepare(self) -> None:
        """Prepare the folder, on the first start and after a kill."""

    @abstractmethod
    def _launch(self, port: int) -> Popen:
        """Start the program on `port`."""

    @abstractmethod
    def _not_ready(self) -> str:
        """Return why the server does not answer; empty if it does."""

    @property
    def log(self) -> Path:
        """The file with the server's output."""
        return self.folder / self.log_name

    @property
    def pid(self) -> int:
        """The id of the server's main process. Raises LocalError if it was not started."""
        if self.process is None:
            raise LocalError(f"{self.name} is not running.")
        return self.process.pid

    @property
    def running(self) -> bool:
        """Whether the main process is alive, frozen or not."""
        return self.process is not None and self.process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """The exit code if it ended by itself; None while it runs."""
        return self.process.poll() if self.process else None

    def start(self) -> None:
        """Start and wait until it answers. Raises LocalError if it ends, or does not answer within START_SECONDS."""
        if self.running:
            return
        self._prepare()
        for attempt in range(PORT_ATTEMPTS):
            port = self.port or free_port()
            if self._started_on(port):
                self.port = port
                return
            time.sleep(0.05 * attempt)  # the process that took the port may be making the same search
        raise LocalError(with_log(f"{self.name} found no free port.", self.log))

    def _started_on(self, port: int) -> bool:
        """Whether it started; False if another program took the port first."""
        written = self.log.stat().st_size if self.log.exists() else 0
        known, self.port = self.port, port
        self.process = self._launch(port)
        try:
            self._wait_until_ready()
        except BaseException as error:
            self._end_all()
            self.port = known
            if isinstance(error, LocalError) and b"Address already in use" in self.log.read_bytes()[written:]:
                return False
            raise
        return True

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while reason := self._not_ready():
            self.waiting()
            code = self.process.poll() if self.process else None
            if code is not None:
                raise LocalError(with_log(f"{self.name} ended at its start ({exit_text(code)}).", self.log))
            if time.monotonic() > deadline:
                raise LocalError(with_log(f"{self.name} does not answer: {reason}.", self.log))
            time.sleep(POLL_SECONDS)

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Shut it down. Kill it after `stop_seconds`, or when `hurry` returns true. Does nothing before `start`."""
        if self.process is None:
            return
        if self.running:
            self.thaw()
            signal_each([self.process.pid], self.stop_signal)
            ended_within(self.process, self.stop_seconds, hurry)
        self._end_all()

    def kill(self) -> None:
        """Send SIGKILL to all its processes, and return when they are gone."""
        self._end_all()

    def freeze(self) -> None:
        """Send SIGSTOP: connections stay open and nothing answers. Returns when all its processes have stopped."""
        # The main process first, since it could fork another one meanwhile.
        signal_each([self.pid], signal.SIGSTOP)
        self._wait_until(lambda: is_stopped(self.pid))
        family = descendants(self.pid)
        signal_each(family, signal.SIGSTOP)
        self._wait_until(lambda: all(map(is_stopped, family)))

    def thaw(self) -> None:
        """Send SIGCONT: it goes on where it was frozen."""
        signal_each([*descendants(self.pid), self.pid], signal.SIGCONT)

    def _end_all(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        # PostgreSQL's processes have process groups of their own.
        family = descendants(process.pid) if process.poll() is None else []
        end_group(process)
        signal_each(family, signal.SIGKILL)
        self._wait_until(lambda: not any(map(is_alive, family)))

    def _wait_until(self, done: Callable[[], bool]) -> None:
        """Wait for what the kernel does soon, but not at once."""
        deadline = time.monotonic() + SIGNAL_SECONDS
        while not done() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
