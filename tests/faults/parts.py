"""`Part`, a process of the shop that a test may kill, and `Supervisor`, which starts it again."""

import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from tools.local.process import Popen, descendants, end_group, ended_within, signal_each, spawn

REPOSITORY = Path(__file__).resolve().parents[2]


class Part:
    """Web, beat or a worker. `is_up` gets the log of the present process. The file also has those before it."""

    def __init__(
        self, name: str, command: list[str], env: Mapping[str, str], folder: Path, is_up: Callable[[str], bool]
    ) -> None:
        self.name = name
        self.restarts = 0
        self.is_wanted = True  # if False, the supervisor does not start it again
        self._command, self._env, self._is_up = command, env, is_up
        self._log = folder / f"{name}.log"
        self._log_start = 0
        self._lock = threading.RLock()  # a kill must not hit the process that replaces the killed one
        self._process: Popen | None = None

    def start(self) -> None:
        with self._lock:
            self._log_start = self._log.stat().st_size if self._log.exists() else 0
            command = [sys.executable, "-m", *self._command]
            self._process = spawn(command, env=self._env, log=self._log, cwd=REPOSITORY)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def children(self) -> list[int]:
        """Gunicorn's workers, or Celery's pool."""
        return descendants(self.pid)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def is_ready(self) -> bool:
        assert self.is_running, f"{self.name} ended:\n{self.log()[-3000:]}"
        return self._is_up(self.log())

    def log(self) -> str:
        """Return what the present process has logged."""
        return self._log.read_bytes()[self._log_start :].decode(errors="replace") if self._log.exists() else ""

    def kill(self) -> None:
        """Send SIGKILL to it and everything it started, at once."""
        with self._lock:
            if self._process:
                end_group(self._process)

    def signal(self, number: signal.Signals) -> None:
        signal_each([self.pid], number)

    def freeze(self) -> None:
        signal_each([self.pid, *self.children], signal.SIGSTOP)

    def thaw(self) -> None:
        signal_each([*self.children, self.pid], signal.SIGCONT)

    def ends_within(self, seconds: float) -> bool:
        assert self._process is not None
        return ended_within(self._process, seconds)

    def keep_alive(self) -> None:
        """Start it again if it has died, as `make up` does."""
        with self._lock:
            if self.is_wanted and not self.is_running:
                self.kill()
                self.restarts += 1
                self.start()


class Supervisor(threading.Thread):
    """Keeps the parts alive until it is stopped."""

    def __init__(self, parts: Mapping[str, Part]) -> None:
        super().__init__(name="supervisor", daemon=True)
        self._parts, self._stop_asked = parts, threading.Event()

    def run(self) -> None:
        while not self._stop_asked.wait(0.1):
            for part in list(self._parts.values()):
                part.keep_alive()

    def stop(self) -> None:
        self._stop_asked.set()
        self.join()
