"""Flower is refused without a log-in, whichever way its options come."""

import os
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from flower.urls import handlers

from tests.support import processes
from tests.support.processes import REPOSITORY, LocalProcess
from tests.support.waiting import wait_until
from tools.local.server import free_port
from workers.flower_guard import has_log_in


@pytest.mark.servers
def test_it_does_not_start() -> None:
    """By hand, with no option at all. Where it did, the test would end with its time."""
    run = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "celery_app", "flower", f"--port={free_port()}"],
        cwd=REPOSITORY,
        env={name: value for name, value in os.environ.items() if not name.startswith("FLOWER_")},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert run.returncode == 1
    assert "Error: Flower does not start without a log-in: set FLOWER_BASIC_AUTH" in run.stderr


@pytest.fixture
def flower(tmp_path: Path) -> Iterator[str]:
    """The address of a Flower with a log-in, started as `make up` starts it."""
    port = free_port()
    command = ["celery", "-A", "celery_app", "flower", "--address=127.0.0.1", f"--port={port}"]
    env = processes.test_environment(FLOWER_BASIC_AUTH="staff:secret,ben:other")
    process = LocalProcess("flower", command, tmp_path / "flower.log", ready_line="Visit me at", env=env)
    try:
        process.ready()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stop(timeout=5)


def status(address: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> int:
    try:
        with urlopen(Request(address, body, headers or {}), timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


@pytest.mark.django_db(transaction=True)
def test_every_page_asks_for_the_log_in(flower: str) -> None:
    """A page that a new version of Flower brings is looked at by itself."""
    wait_until(lambda: status(f"{flower}/") == 401, "it answers")
    open_to_all = {"/static/x", "/login", "/logout", "/x"}  # no file, no page of a log-in by password, none at all
    patterns = {(entry.regex.pattern if hasattr(entry, "regex") else entry[0]) for entry in handlers}
    paths = {re.sub(r"\(\.[*+]\)|\.\*", "x", pattern).rstrip("$?") for pattern in patterns}
    paths = {path.rstrip("/") or "/" for path in paths} - {"x"}
    assert {"/metrics", "/healthcheck", "/tasks"} <= paths
    methods = {path: status(flower + path) for path in paths - open_to_all}
    assert {path: code for path, code in methods.items() if code not in {401, 405}} == {}
    login = {"Authorization": "Basic " + b64encode(b"staff:secret").decode()}
    assert [status(flower + path, login) for path in ("/metrics", "/healthcheck")] == [200, 200]
    ben = {"Authorization": "Basic " + b64encode(b"ben:other").decode()}
    assert status(f"{flower}/metrics", ben) == 200
    # Every button is refused; a form is one of a browser, so the body is sent as one.
    buttons = {path for path in paths if path.startswith("/api/") and methods[path] == 405}
    assert {"/api/worker/shutdown/x", "/api/task/revoke/x", "/api/worker/queue/cancel-consumer/x"} <= buttons
    assert {path: status(flower + path, login, b"") for path in buttons} == dict.fromkeys(buttons, 403)


@pytest.mark.parametrize(
    ("basic_auth", "auth", "expected"),
    [
        (["staff:secret"], "", True),
        (["staff:secret", "ada:secret"], "", True),
        ([], r".*@shop\.example", True),
        ([], "", False),
        ([""], "", False),  # what FLOWER_BASIC_AUTH= leads to
        (["staff:"], "", False),
        ([":secret"], "", False),
        (["staff:secret", ""], "", False),
    ],
)
def test_what_a_log_in_is(basic_auth: list[str], auth: str, expected: bool) -> None:
    assert has_log_in(basic_auth, auth) is expected
