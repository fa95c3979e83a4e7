"""`python -m tools.local [kept] -- CMD ARGS…`: run any command with private servers."""

import contextlib
import os
import secrets
import shlex
import signal
import sys
import time
from collections.abc import Mapping, Sequence

from tools.local.places import kept_secret_key, local_folder
from tools.local.preflight import check_addresses
from tools.local.process import POLL_SECONDS, Popen, Stopped, StopRequest, end_group, signal_each, spawn
from tools.local.servers import private_servers

IMPATIENT = 3  # signals after which the command is killed


def run(command: Sequence[str], request: StopRequest) -> int:
    """Run `command` with new servers. Returns its exit code, 128 + N if signal N ended it. The servers are then gone.

    SIGINT, SIGTERM and SIGHUP are passed on to it. Raises LocalError if the servers do not start.
    """
    check_addresses()
    try:
        with private_servers(durable=False, waiting=request.check) as addresses:
            env = {**os.environ, **addresses}
            env["SECRET_KEY"] = env.get("SECRET_KEY") or secrets.token_urlsafe(64)
            return _passing_signals_on(command, env, request)
    except Stopped:
        return 128 + request.number


def run_kept(command: Sequence[str], request: StopRequest) -> int:
    """Do the same with the servers and data of `make up`: the running servers, else started for this command."""
    check_addresses()
    local = local_folder()
    if (local / "env").exists():
        of_the_shop = dict(line.split("=", 1) for line in shlex.split((local / "env").read_text()))
        return _passing_signals_on(command, of_the_shop | os.environ, request)
    try:
        with private_servers(local, waiting=request.check) as addresses:
            secret_key = os.environ.get("SECRET_KEY") or kept_secret_key(local)
            env = {**os.environ, **addresses, "SECRET_KEY": secret_key}
            return _passing_signals_on(command, env, request)
    except Stopped:
        return 128 + request.number


def _passing_signals_on(command: Sequence[str], env: Mapping[str, str], request: StopRequest) -> int:
    # At a terminal the command stays in the foreground and can read from it. Ctrl-C then reaches it directly.
    foreground = sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    process = spawn(command, env=env, log=None, own_session=not foreground)
    passed = 0
    try:
        while (code := process.poll()) is None:
            if request.count > passed:
                passed = request.count
                _pass_on(process, request, foreground)
            time.sleep(POLL_SECONDS)
    finally:
        if process.poll() is None:
            process.kill()
        end_group(process)
    return code if code >= 0 else 128 - code


def _pass_on(process: Popen, request: StopRequest, foreground: bool) -> None:
    if request.count >= IMPATIENT:
        process.kill()
    elif foreground:
        signal_each([process.pid] if request.number is not signal.SIGINT else [], request.number)
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, request.number)
