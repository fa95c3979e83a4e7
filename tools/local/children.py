"""The processes of the site, and how each shows that it is ready."""

import base64
import http.client
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tools.local.places import REPOSITORY
from tools.local.preflight import Ports
from tools.local.process import Popen, end_group, ended_within, signal_each, spawn

# Workers by their queues (core/celery.py): tasks that nobody waits for must not delay those that somebody waits for.
WORKERS = {"worker": "shopper,staff", "bulk-worker": "scheduled,bulk"}


@dataclass(eq=False)
class Child:
    """One process of the site. `not_ready` returns why it is not ready, or an empty string once it is."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    log: Path
    not_ready: Callable[[], str]
    stop_seconds: float = 15.0
    code: Path = REPOSITORY  # the working directory
    process: Popen | None = field(default=None)

    def start(self) -> None:
        """Start it, or start it again."""
        command = (sys.executable, "-m", *self.command)
        self.process = spawn(command, env=self.env, log=self.log, cwd=self.code)

    @property
    def exit_code(self) -> int | None:
        """The exit code; None while it runs."""
        return self.process.poll() if self.process else None

    def kill(self) -> None:
        """Kill it and the rest of its process group."""
        if self.process:
            end_group(self.process)

    def stop(self, hurry: Callable[[], bool]) -> None:
        """Send SIGTERM. Kill it after `stop_seconds` or when `hurry` returns true."""
        if self.process is None:
            return
        # Not to its group: Celery's pool must go on, so that the worker finishes its task.
        signal_each([self.process.pid] if self.exit_code is None else [], signal.SIGTERM)
        ended_within(self.process, self.stop_seconds, hurry)
        self.kill()


def site(ports: Ports, env: Mapping[str, str], local: Path, flower_login: str) -> list[Child]:
    """Return the site's processes in the order in which they are stopped: those that create work come first."""
    logs = local / "log"
    celery = ("celery", "-A", "celery_app")
    schedule = str(local / "beat-schedule")
    flower = ("flower", "--address=127.0.0.1", f"--port={ports.flower}")
    return [
        Child(
            "web",
            ("gunicorn", "--config", "gunicorn.conf.py", "shop.wsgi"),
            {**env, "SHOP_PROCESS": "web", "PORT": str(ports.web)},
            logs / "web.log",
            partial(_page_missing, ports.web),
        ),
        Child(
            "beat",
            (*celery, "beat", "--loglevel", "INFO", "--schedule", schedule),
            env,
            logs / "beat.log",
            partial(_line_missing, logs / "beat.log", "beat: Starting"),
        ),
        Child(
            "Flower",
            (*celery, *flower),
            # In the environment, since `ps` would show a password in the arguments.
            {**env, "FLOWER_BASIC_AUTH": flower_login},
            logs / "flower.log",
            partial(_flower_missing, ports.flower, flower_login),
        ),
        *(_worker(name, queues, env, logs) for name, queues in WORKERS.items()),
    ]


def _worker(name: str, queues: str, env: Mapping[str, str], logs: Path) -> Child:
    log = logs / f"{name}.log"
    node = f"--hostname={name}@%h"
    return Child(
        name,
        ("celery", "-A", "celery_app", "worker", "--loglevel", "INFO", "--concurrency", "2", "-Q", queues, node),
        {**env, "SHOP_PROCESS": "worker"},
        log,
        partial(_line_missing, log, " ready."),
        stop_seconds=60.0,  # to finish its task
    )


def _line_missing(log: Path, words: str) -> str:
    """Celery logs these words once its loop runs and is connected to the broker."""
    if words in log.read_text(encoding="utf-8", errors="replace"):
        return ""
    return f"no line with “{words.strip()}” in {log}"


def _page_missing(port: int) -> str:
    status = _status(port)
    return "" if status == 200 else f"http://127.0.0.1:{port}/ answers {status}"


def _flower_missing(port: int, login: str) -> str:
    """Flower shows arguments and can stop workers, so it must refuse clients that have not logged in.

    Argument `login`: as FLOWER_BASIC_AUTH, of which the first is tried.
    """
    basic = "Basic " + base64.b64encode(login.partition(",")[0].encode()).decode()
    answers = (_status(port), _status(port, {"Authorization": basic}))
    return "" if answers == (401, 200) else f"Flower answers {answers[0]} without log-in, {answers[1]} with"


def _status(port: int, headers: Mapping[str, str] | None = None) -> int | str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/", headers=dict(headers or {}))
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"nothing ({error})"
    finally:
        connection.close()
