"""`python -m tools.local up`: run the whole shop until it is stopped."""

import os
import shlex
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from environ import Env

from tools.local.children import Child, site
from tools.local.places import REPOSITORY, kept_secret, kept_secret_key, local_folder, locked, write_private
from tools.local.preflight import Ports, preflight
from tools.local.process import Stopped, StopRequest, Waiting, exit_text, run_to_end, spawn
from tools.local.servers import PrivateServers
from tools.local.supervisor import watch
from tools.terminal import LocalError, say, step, with_log

READY_SECONDS = 120.0
LOOK_SECONDS = 0.1
# The text shown, the name of the log, the arguments of manage.py.
COMMANDS = (
    ("tables are up to date", "migrate", ("migrate", "--noinput")),
    ("static files are collected", "collectstatic", ("collectstatic", "--noinput")),
    ("catalogue is loaded", "import_catalogue", ("import_catalogue", "--if-empty")),
)
DEMO_COMMANDS = (
    ("demo goods have a producer", "create_demo_producer", ("create_demo_producer",)),
    ("demo staff can log in", "create_demo_staff", ("create_demo_staff",)),
)


def has_demo(env: Mapping[str, str]) -> bool:
    """Return whether the demo is installed, by the rule of the settings."""
    return env.get("SHOP_DEMO", "true").lower() in Env.BOOLEAN_TRUE_STRINGS


def prepare_site(env: Mapping[str, str], logs: Path, waiting: Waiting) -> None:
    """Migrate, collect static files, load the catalogue, prepare the demo. Raises LocalError if one fails."""
    for label, name, arguments in (*COMMANDS, *DEMO_COMMANDS) if has_demo(env) else COMMANDS:
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
    """Start all processes, wait until each is ready, and show each with `show`.

    Raises LocalError if one ends or takes more than READY_SECONDS.
    """
    for child in children:
        child.start()
    deadline = time.monotonic() + READY_SECONDS
    for child in children:
        with show(f"{child.name} answers"):
            while reason := child.not_ready():
                # All of them, so that a dead process is noticed while a slow one is waited for.
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


STAFF = "staff"
IN_ENV_FILE = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SHOP_APPS", "SHOP_DEMO")


def up(request: StopRequest) -> int:
    """Run the shop until SIGINT, SIGTERM or SIGHUP, then return 0. Raises LocalError if it cannot start."""
    local = local_folder()
    with ExitStack() as stack:
        stack.enter_context(locked(local))
        ports = preflight()
        logs = _fresh_logs(local)
        try:
            _run(stack, request, local, logs, ports)
        except Stopped:
            say("\nStopping: web first, then the workers, then the servers. Once more to hurry.")
    say("Stopped.")
    return 0


def _run(stack: ExitStack, request: StopRequest, local: Path, logs: Path, ports: Ports) -> None:
    servers = PrivateServers(local, durable=True, waiting=request.check)
    stack.callback(_stop_servers, servers, request)
    for server in servers.by_variable.values():
        with step(f"{server.name} answers"):
            server.start()
    password = os.environ.get("DEMO_STAFF_PASSWORD") or kept_secret(local / "staff-password")
    secret_key = os.environ.get("SECRET_KEY") or kept_secret_key(local)
    env = {**os.environ, **servers.environment, "SECRET_KEY": secret_key}
    env.setdefault("SHOP_URL", f"http://127.0.0.1:{ports.web}")
    env.setdefault("SHOP_TEST_BANK", "true")  # only this machine reaches the shop, and a whole checkout can be tried
    env |= {"DEMO_STAFF_USERNAME": STAFF, "DEMO_STAFF_PASSWORD": password, "PYTHONUNBUFFERED": "1"}
    _write_env_file(stack, local / "env", env)
    prepare_site(env, logs, request.check)
    flower_login = os.environ.get("FLOWER_BASIC_AUTH") or f"{STAFF}:{password}"
    children = site(ports, env, local, flower_login)
    stack.callback(_stop_children, children, request)
    start_children(children, request.check)
    _print_table(ports, password if has_demo(env) else None, flower_login)
    watch([*servers.by_variable.values(), *children], request.check)


def _fresh_logs(local: Path) -> Path:
    """The folder of logs. Those of the previous run get another name."""
    logs = local / "log"
    logs.mkdir(mode=0o700, exist_ok=True)
    for log in logs.glob("*.log"):
        log.replace(log.with_suffix(".log.1"))
    return logs


def _write_env_file(stack: ExitStack, file: Path, env: dict[str, str]) -> None:
    """Write the environment for `manage.py` in a second terminal. The file is deleted when the shop stops."""
    stack.callback(file.unlink, missing_ok=True)
    write_private(file, "".join(f"{name}={shlex.quote(env[name])}\n" for name in IN_ENV_FILE if name in env))


def _stop_children(children: Sequence[Child], request: StopRequest) -> None:
    with ExitStack() as stops:
        # The stack runs them from last to first, and each one even if another raised.
        for child in reversed(children):
            stops.callback(_stop_child, child, request)


def _stop_child(child: Child, request: StopRequest) -> None:
    if child.process is None:
        return
    with step(f"{child.name} stopped"):
        child.stop(request.hurry)


def _stop_servers(servers: PrivateServers, request: StopRequest) -> None:
    with step("servers stopped"):
        servers.stop(request.hurry)


def _print_table(ports: Ports, password: str | None, flower_login: str) -> None:
    login = f"{STAFF} / {password}" if password else "the first user: .venv/bin/python manage.py createsuperuser"
    rows = (
        ("shop", f"http://127.0.0.1:{ports.web}/", ""),
        ("admin", f"http://127.0.0.1:{ports.web}/admin/", login),
        ("Flower", f"http://127.0.0.1:{ports.flower}/", " / ".join(flower_login.partition(",")[0].split(":", 1))),
    )
    say("\n" + "\n".join(f"  {name:<8}{address:<32}{login}".rstrip() for name, address, login in rows))
    if password:
        say("\n  In the admin, manager and clerk log in with the same password and may do less.")
    say("\n  Ctrl-C stops everything; the data stays.")
