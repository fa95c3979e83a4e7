"""The one-off commands and the wait that come before the shop is up."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from environ import Env

from tools.local.children import Child
from tools.local.places import REPOSITORY
from tools.local.process import Waiting, exit_text, run_to_end, spawn
from tools.terminal import LocalError, step, with_log

READY_SECONDS = 120.0
LOOK_SECONDS = 0.1
# What it shows, the log's name, the arguments of manage.py.
COMMANDS = (
    ("tables are up to date", "migrate", ("migrate", "--noinput")),
    ("static files are collected", "collectstatic", ("collectstatic", "--noinput")),
    ("catalogue is loaded", "import_catalogue", ("import_catalogue", "--if-empty")),
)
DEMO_COMMAND = ("demo staff can log in", "create_demo_staff", ("create_demo_staff",))


def has_demo(env: Mapping[str, str]) -> bool:
    """Whether the demo is installed, as the settings read it."""
    return env.get("SHOP_DEMO", "true").lower() in Env.BOOLEAN_TRUE_STRINGS


def prepare_site(env: Mapping[str, str], logs: Path, waiting: Waiting) -> None:
    """Migrate, collect static files, load the catalogue, create the demo's staff; `LocalError` if one fails."""
    for label, name, arguments in (*COMMANDS, DEMO_COMMAND) if has_demo(env) else COMMANDS:
        with step(label):
            log = logs / f"{name}.log"
            command = (sys.executable, "manage.py", *arguments)
            code = run_to_end(spawn(command, env=env, log=log, cwd=REPOSITORY), waiting)
            if code:
                failed = f"manage.py {' '.join(arguments)} failed ({exit_text(code)})."
                raise LocalError(with_log(failed, log))


def start_children(
    children: Sequence[Child], waiting: Waiting, show: Callable[[str], AbstractContextManager[object]] = step
) -> None:
    """Start all, then wait until each is ready, shown by `show`.

    `LocalError` if one ends or takes more than READY_SECONDS.
    """
    for child in children:
        child.start()
    deadline = time.monotonic() + READY_SECONDS
    for child in children:
        with show(f"{child.name} answers"):
            while reason := child.not_ready():
                # Any of them: one that is dead need not be waited for behind one that is slow.
                _check_alive(children)
                if time.monotonic() > deadline:
                    raise LocalError(with_log(f"{child.name} is not ready: {reason}.", child.log))
                waiting()
                time.sleep(LOOK_SECONDS)
    _check_alive(children)


def _check_alive(children: Sequence[Child]) -> None:
    for child in children:
        if child.exit_code is not None:
            ended = f"{child.name} ended at its start ({exit_text(child.exit_code)})."
            raise LocalError(with_log(ended, child.log))
