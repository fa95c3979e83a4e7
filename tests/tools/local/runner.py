"""Drives `python -m tools.local` as a person would: in a process of its own, in a copy of the project."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from tests.support.waiting import PATIENCE, wait_until
from tools.local.process import descendants, is_alive
from tools.local.server import free_port

REPOSITORY = Path(__file__).resolve().parents[3]
NOT_NEEDED = shutil.ignore_patterns(".*", "tests", "docs", "staticfiles", "bench", "*.md")


def copy_project(folder: Path) -> Path:
    """A copy of the project, whose `.local` and collected files belong to one test."""
    return Path(shutil.copytree(REPOSITORY, folder / "project", ignore=NOT_NEEDED))


def bare_environment(**extra: str) -> dict[str, str]:
    """An emptied environment: not the servers of this test run, not even HOME."""
    return {"PATH": os.environ["PATH"], **extra}


def processes(pids: list[int]) -> dict[int, str]:
    """The command of each of these processes that still runs."""
    commands = {}
    for pid in filter(is_alive, pids):
        with suppress(FileNotFoundError):  # it ended just now
            commands[pid] = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return commands


class Runner:
    """`python -m tools.local ARGUMENTS…`, started in `project`. Its ports are free ones unless `env` says so."""

    def __init__(self, project: Path, local: Path, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        ports = {"PORT": str(free_port()), "FLOWER_PORT": str(free_port())}
        self.project, self.local = project, local
        if local != project / ".local":
            ports["SHOP_LOCAL_DIR"] = str(local)
        self.env = bare_environment(**ports) | dict(env or {})
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.local", *arguments],
            cwd=project,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                self._lines.append(line)

    def join(self) -> None:
        """Until all that it wrote is read."""
        self._reader.join(5)

    @property
    def output(self) -> str:
        return "".join(self._lines)

    def wait_for(self, words: str, patience: float = PATIENCE) -> None:
        """Until the words are said; fails at once if the runner ends without."""

        def said() -> bool:
            ended = self.process.poll() is not None
            assert words in self.output or not ended, f"ended without “{words}”:\n{self.output}"
            return words in self.output

        wait_until(said, f"says “{words}”", patience)

    def wait_until_up(self) -> None:
        # Starting the site takes seconds of a processor, and tests run side by side.
        self.wait_for("Ctrl-C stops everything", patience=120.0)

    def find(self, words: str) -> int | None:
        """The process id of the first child or grandchild whose command holds the words."""
        family = processes(descendants(self.process.pid))
        return next((pid for pid, command in family.items() if words in command), None)

    def child(self, words: str) -> int:
        """As `find`, for one that must be there."""
        found = self.find(words)
        assert found, f"no process “{words}”:\n{self.output}"
        return found

    def local_env(self) -> dict[str, str]:
        """What `.local/env` tells a second terminal."""
        lines = (self.local / "env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def end(self, *numbers: signal.Signals, patience: float = PATIENCE) -> int:
        """Send the signals, wait for the end and that no process is left; return the exit code."""
        family = descendants(self.process.pid)
        for number in numbers:
            seen = len(self._lines)
            if number is signal.SIGINT:
                os.killpg(self.process.pid, number)  # as a terminal does
            else:
                self.process.send_signal(number)
            wait_until(partial(self._answered, seen), "the signal has an answer")
        return self.ended(family, patience)

    def _answered(self, seen: int) -> bool:
        return len(self._lines) > seen or self.process.poll() is not None

    def ended(self, family: list[int], patience: float = PATIENCE) -> int:
        """Wait for the end by itself and that none of `family` is left; return the exit code."""
        wait_until(lambda: self.process.poll() is not None, "the runner ends", patience)
        self.join()
        # gunicorn's workers look once a second whether their master still lives.
        wait_until(lambda: not any(map(is_alive, family)), f"none is left of {len(family)} processes")
        return self.process.returncode

    def address(self, label: str) -> str:
        """The address that the table shows for `label`."""
        match = re.search(rf"^  {label} +(http\S+)", self.output, re.MULTILINE)
        assert match, self.output
        return match[1]

    def log_in(self) -> str:
        """What the table shows as the log-in of the admin."""
        match = re.search(r"^  admin +\S+ +(\S+ / \S+)$", self.output, re.MULTILINE)
        assert match, self.output
        return match[1]
