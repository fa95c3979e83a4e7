"""`python -m tools.local up`: the whole shop, until somebody stops it."""

import os
import shlex
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tools.local.children import Child, site
from tools.local.places import kept_secret, kept_secret_key, local_folder, locked, write_private
from tools.local.preflight import Ports, preflight
from tools.local.servers import PrivateServers
from tools.local.signals import Stopped, StopRequest
from tools.local.start import has_demo, prepare_site, start_children
from tools.local.supervisor import watch
from tools.terminal import say, step

STAFF = "staff"
IN_ENV_FILE = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")


def up(request: StopRequest) -> int:
    """Run the shop until SIGINT, SIGTERM or SIGHUP; 0 then. `LocalError` if it cannot start."""
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
    env.setdefault("SHOP_TEST_BANK", "true")  # nobody but us gets here, and all of a checkout can be tried
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
    """The folder of logs, with those of the run before under another name."""
    logs = local / "log"
    logs.mkdir(mode=0o700, exist_ok=True)
    for log in logs.glob("*.log"):
        log.replace(log.with_suffix(".log.1"))
    return logs


def _write_env_file(stack: ExitStack, file: Path, env: dict[str, str]) -> None:
    """Where `manage.py` in a second terminal finds the addresses, while the shop is up."""
    stack.callback(file.unlink, missing_ok=True)
    write_private(file, "".join(f"{name}={shlex.quote(env[name])}\n" for name in IN_ENV_FILE))


def _stop_children(children: Sequence[Child], request: StopRequest) -> None:
    with ExitStack() as stops:
        # Run from the last to the first, and each even if the one before raised.
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
    login = f"{STAFF} / {password}" if password else "the first user: manage.py createsuperuser"
    rows = (
        ("shop", f"http://127.0.0.1:{ports.web}/", ""),
        ("admin", f"http://127.0.0.1:{ports.web}/admin/", login),
        ("Flower", f"http://127.0.0.1:{ports.flower}/", " / ".join(flower_login.split(":", 1))),
    )
    say("\n" + "\n".join(f"  {name:<8}{address:<32}{login}".rstrip() for name, address, login in rows))
    if password:
        say("\n  In the admin, manager and clerk log in with the same password and may do less.")
    say("\n  Ctrl-C stops everything; the data stays.")
