"""`python -m tools.local -- CMD`: servers up around a command, and gone after it."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.waiting import wait_until
from tests.tools.local.runner import Runner
from tools.local.process import descendants

pytestmark = pytest.mark.servers

# Asks both servers, then ends with an exit code of its own.
ASK_BOTH = """
import os, sys, psycopg2, redis
connection = psycopg2.connect(os.environ["DATABASE_URL"])
cursor = connection.cursor()
cursor.execute("SELECT current_database(), current_setting('server_encoding'), current_setting('fsync')")
print(cursor.fetchone(), redis.Redis.from_url(os.environ["REDIS_URL"]).ping(), len(os.environ["SECRET_KEY"]) > 30)
sys.exit(7)
"""
# One server is still there.
ONE = 'import os, redis; print(redis.Redis.from_url(os.environ["REDIS_URL"]).ping())'
# Says that it is there, then which signals came within a moment of the first.
WAIT_FOR_SIGNAL = """
import signal, sys, time
came = []
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda number, frame: came.append(number))
print("waiting", flush=True)
while not came:
    time.sleep(0.01)
time.sleep(0.3)
print("received", *map(int, came), flush=True)
sys.exit(9)
"""


def running_servers() -> dict[str, str]:
    """Those of this test run, for a test that is not about servers."""
    return {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}


def test_command_reaches_both_servers_and_its_exit_code_is_passed_on(start: Callable[..., Runner]) -> None:
    runner = start("--", sys.executable, "-c", ASK_BOTH)
    assert runner.ended([]) == 7
    assert runner.output.strip() == "('shop', 'UTF8', 'off') True True"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_is_passed_on_once_and_no_process_is_left(start: Callable[..., Runner], number: signal.Signals) -> None:
    runner = start("--", sys.executable, "-c", WAIT_FOR_SIGNAL)
    runner.wait_for("waiting")
    assert runner.end(number) == 9
    assert runner.output.splitlines() == ["waiting", f"received {number.value}"]


def test_killed_runner_takes_command_and_servers_with_it(start: Callable[..., Runner]) -> None:
    runner = start("--", sys.executable, "-c", WAIT_FOR_SIGNAL)
    runner.wait_for("waiting")
    assert len(descendants(runner.process.pid)) > 3  # the command, Valkey, PostgreSQL and its helpers
    assert runner.end(signal.SIGKILL) == -signal.SIGKILL


def test_command_ended_by_a_signal_gives_128_and_its_number(start: Callable[..., Runner]) -> None:
    runner = start("--", "sh", "-c", "kill -KILL $$", **running_servers())
    assert runner.ended([]) == 128 + signal.SIGKILL


def test_unknown_command_is_said(start: Callable[..., Runner]) -> None:
    runner = start("--", "no-such-command", **running_servers())
    assert runner.ended([]) == 127
    assert runner.output == "no-such-command: No such file or directory\n"


def test_wrong_usage_is_explained(start: Callable[..., Runner]) -> None:
    runner = start("upp")
    assert runner.ended([]) == 2
    assert runner.output.startswith("usage: python -m tools.local up")


def test_servers_of_the_environment_are_used_and_left_alone(start: Callable[..., Runner]) -> None:
    inner = f"{sys.executable} -m tools.local -- sh -c 'echo $DATABASE_URL $REDIS_URL'"
    outer = start("--", "sh", "-c", f"echo $DATABASE_URL $REDIS_URL; {inner}; {sys.executable} -c '{ONE}'")
    assert outer.ended([]) == 0
    first, second, answer = outer.output.splitlines()
    assert first == second
    assert answer == "True"


def test_temporary_folder_of_a_killed_runner_is_removed_later(start: Callable[..., Runner], open_folder: Path) -> None:
    runner = start("--", sys.executable, "-c", WAIT_FOR_SIGNAL, TMPDIR=str(open_folder))
    runner.wait_for("waiting")
    runner.end(signal.SIGKILL)
    (abandoned,) = open_folder.glob("holdfast-shop-*")
    os.utime(abandoned, (0, 0))
    start("--", "true", TMPDIR=str(open_folder)).ended([])
    wait_until(lambda: not list(open_folder.glob("holdfast-shop-*")), "the folders are gone", 5.0)
