"""Real web and worker processes that use the test's database and broker.

`LocalProcess` has the methods that pytest-celery's nodes call on a container, so they can control local processes.
"""

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import connection

from tests.support.waiting import wait_until
from tools.local.process import Popen, descendants, end_group, ended_within, spawn

REPOSITORY = Path(__file__).resolve().parents[2]


def test_environment(**extra: str) -> dict[str, str]:
    """Return the environment of this test run, with the address of the test's own database."""
    settings = connection.settings_dict
    password = f":{settings['PASSWORD']}" if settings["PASSWORD"] else ""
    address = f"{settings['USER']}{password}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    # The browser tests need this variable in their own process, but `check --deploy` refuses it.
    ours = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return {**ours, "DATABASE_URL": f"postgres://{address}", **extra}


class LocalProcess:
    """A process that logs to a file. `ready_line` is in its log when it is ready."""

    def __init__(
        self,
        name: str,
        command: list[str],
        log: Path,
        *,
        ready_line: str,
        env: Mapping[str, str],
        folder: Path = REPOSITORY,
    ) -> None:
        self.name = self.id = name
        self._folder = folder
        self.celeryconfig: dict[str, Any] = {"url": env["REDIS_URL"], "host_url": env["REDIS_URL"]}
        self._command, self._log, self._ready_line, self._env = command, log, ready_line, env
        self._process: Popen = self._start()

    def _start(self) -> Popen:
        self._log.write_text("")
        return spawn([sys.executable, "-m", *self._command], env=self._env, log=self._log, cwd=self._folder)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def children(self) -> list[int]:
        """The ids of its descendants, such as Celery's pool."""
        return descendants(self.pid)

    @property
    def status(self) -> str:
        return "running" if self._process.poll() is None else "exited"

    def ready(self) -> bool:
        wait_until(self._is_ready, f"{self.name} is ready")
        return True

    def _is_ready(self) -> bool:
        assert self.status == "running", f"{self.name} ended:\n{self.logs()}"
        return self._ready_line in self.logs()

    def logs(self) -> str:
        return self._log.read_text(errors="replace")

    def kill(self, signal: str | int = "SIGKILL") -> None:
        """Send a signal to the process. SIGKILL goes to its whole group."""
        number = _number(signal)
        self._process.send_signal(number)
        if number == _number("SIGKILL"):
            end_group(self._process)

    def reload(self) -> None:
        """Do nothing: no state is cached."""

    def restart(self, timeout: float = 30.0) -> None:
        self.stop(timeout)
        self._process = self._start()
        self.ready()

    def stop(self, timeout: float = 30.0) -> None:
        """Stop it as a supervisor does: let it finish its work."""
        if self.status == "running":
            self._process.terminate()
            ended_within(self._process, timeout)
        end_group(self._process)

    def teardown(self) -> None:
        self.stop()

    def exec_run(self, command: str) -> tuple[int, bytes]:
        raise NotImplementedError("A local process has no inside to run a command in.")


def _number(name: str | int) -> signal.Signals:
    return signal.Signals[name] if isinstance(name, str) else signal.Signals(name)


def start_worker(
    log_folder: Path, *, application: str = "celery_app", folder: Path = REPOSITORY, **env: str
) -> LocalProcess:
    """Start a Celery worker as `make up` does, with two children. `folder` has the code, if it is another version's."""
    command = ["celery", "-A", application, "worker", "--loglevel", "INFO", "--concurrency", "2"]
    environment = test_environment(SHOP_PROCESS="worker", **env)
    log = log_folder / "worker.log"
    return LocalProcess("worker", command, log, ready_line=" ready.", env=environment, folder=folder)


def start_beat(log_folder: Path, **env: str) -> LocalProcess:
    """Start Celery beat as `make up` does."""
    command = [
        "celery",
        "-A",
        "celery_app",
        "beat",
        "--loglevel",
        "INFO",
        "--schedule",
        str(log_folder / "schedule"),
    ]
    environment = test_environment(**env)
    return LocalProcess("beat", command, log_folder / "beat.log", ready_line="beat: Starting", env=environment)


def start_web(
    log_folder: Path, port: int, *, application: str = "shop.wsgi", folder: Path = REPOSITORY, **env: str
) -> LocalProcess:
    """Start the shop under gunicorn as `make up` does. `folder` has the code, if it is another version's."""
    command = ["gunicorn", "--config", "gunicorn.conf.py", application]
    environment = test_environment(SHOP_PROCESS="web", PORT=str(port), **env)
    log = log_folder / "web.log"
    return LocalProcess("web", command, log, ready_line="Listening at", env=environment, folder=folder)
