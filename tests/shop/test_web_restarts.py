"""Web processes stop and start while shoppers send requests: each connection that is accepted is answered, at once."""

import signal
from collections.abc import Iterator
from pathlib import Path
from socket import create_connection, socket

import pytest

from tests.support.browsing import Shopper
from tests.support.processes import LocalProcess, start_web
from tests.support.waiting import wait_until
from tools.local.process import signal_each
from tools.local.server import free_port

VISITORS = 20


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def web(port: int, transactional_db: None, tmp_path: Path) -> Iterator[LocalProcess]:
    web = start_web(tmp_path, port)
    web.ready()
    assert Shopper(f"http://127.0.0.1:{port}").get("/healthz").status == 200
    wait_until(lambda: len(web.children) == 2 and all(map(is_set_up, web.children)), "both web processes run")
    yield web
    web.teardown()


def test_who_came_before_web_was_told_to_stop_is_answered(web: LocalProcess, port: int) -> None:
    processes = web.children
    signal_each(processes, signal.SIGSTOP)
    visitors = [connect(port) for _ in range(VISITORS)]
    web.kill("SIGTERM")
    wait_until(lambda: all(map(is_told_to_stop, processes)), "both web processes are told to stop")
    signal_each(processes, signal.SIGCONT)
    assert [answer(visitor) for visitor in visitors] == ["HTTP/1.1 200 OK"] * VISITORS
    wait_until(lambda: web.status == "exited", "web ends by itself")
    with pytest.raises(ConnectionRefusedError):
        connect(port)


def connect(port: int) -> socket:
    """Send a request. The kernel takes it in, also for a process that stands still."""
    visitor = create_connection(("127.0.0.1", port), timeout=30)
    visitor.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    return visitor


def answer(visitor: socket) -> str:
    """The first line of the answer, or why there is none."""
    with visitor:
        try:
            return visitor.recv(1000).split(b"\r\n")[0].decode()
        except ConnectionError as error:
            return str(error)


def is_set_up(process: int) -> bool:
    """Whether it knows what to do with signals: SIGABRT is the last that a web process of gunicorn sees to."""
    return has_signal(process, "SigCgt", signal.SIGABRT)


def is_told_to_stop(process: int) -> bool:
    """Whether SIGTERM waits for a process that stands still."""
    return has_signal(process, "ShdPnd", signal.SIGTERM)


def has_signal(process: int, mask: str, number: signal.Signals) -> bool:
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return bool(int(status[mask], 16) >> (number - 1) & 1)


def test_nobody_is_let_in_before_the_site_is_loaded(port: int, transactional_db: None, tmp_path: Path) -> None:
    note = tmp_path / "note"
    web = start_web(tmp_path, port, application="tests.support.web_that_connects", CONNECTS_NOTE=str(note))
    try:
        web.ready()
        assert Shopper(f"http://127.0.0.1:{port}").get("/healthz").status == 200
    finally:
        web.teardown()
    assert note.read_text() == "refused"
