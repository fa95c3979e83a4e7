"""Connections that send half of a request, or read half of an answer, keep no page from anybody else."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from socket import SHUT_WR, create_connection, socket
from threading import Thread

import pytest
from django.conf import settings

from core import web_worker
from shop.uploads import LARGEST_REQUEST
from tests.support.browsing import Shopper
from tests.support.processes import LocalProcess, start_web
from tests.support.waiting import wait_until
from tools.local.server import free_port

HEAD = b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = HEAD + b"Content-Type: application/x-www-form-urlencoded\r\n"
HALVES = {
    "not a byte": b"",
    "part of the first line": b"GET /he",
    "a head without its end": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "a body of which 4 bytes come": FORM + b"Content-Length: 5000\r\n\r\nname",
    "a body that is too large": FORM + b"Content-Length: 50000000\r\n\r\nname",
    "a body in chunks without its end": FORM + b"Transfer-Encoding: chunked\r\n\r\n4\r\nname\r\n",
    "a body that waits to be asked for": FORM + b"Content-Length: 5000\r\nExpect: 100-continue\r\n\r\n",
    "an answer that is not closed": b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n",
}


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def web(port: int, transactional_db: None, tmp_path: Path) -> Iterator[LocalProcess]:
    web = start_web(tmp_path, port)
    web.ready()
    yield web
    web.teardown()


@pytest.fixture
def connect(web: LocalProcess, port: int) -> Iterator[Callable[[bytes], socket]]:
    """Connects and sends something; all are closed at the end."""
    with ExitStack() as opened:

        def connect(data: bytes) -> socket:
            client = opened.enter_context(create_connection(("127.0.0.1", port), timeout=5))
            client.sendall(data)
            return client

        yield connect


def is_ended(client: socket) -> bool:
    """Whether the server has said or made the end; reads what comes before."""
    client.setblocking(False)
    try:
        while client.recv(100_000):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def is_served(port: int) -> bool:
    return Shopper(f"http://127.0.0.1:{port}").get("/healthz").status == 200


@pytest.mark.parametrize("count", [8, 16])
def test_others_are_served_meanwhile_and_the_halves_are_ended(
    connect: Callable[[bytes], socket], port: int, count: int
) -> None:
    clients: dict[str, list[socket]] = {}
    for name, half in HALVES.items():
        clients[name] = [connect(half) for _ in range(count)]
        assert all(is_served(port) for _ in range(4)), name
    for name, halves in clients.items():
        wait_until(lambda halves=halves: all(map(is_ended, halves)), f"the server ends {name}")  # type: ignore[misc]
    assert is_served(port)


def test_a_byte_now_and_then_prolongs_nothing(connect: Callable[[bytes], socket], port: int) -> None:
    starts = [b"", FORM + b"Content-Length: 5000\r\n\r\n"]
    clients = [connect(start) for start in starts for _ in range(16)]
    ended: set[socket] = set()

    def dribble() -> bool:
        connect(b"")  # one that came later, and whose time is over later
        for client in set(clients) - ended:
            with suppress(OSError):
                client.sendall(b"G")
                if not is_ended(client):
                    continue
            ended.add(client)
        time.sleep(0.2)
        return len(ended) == len(clients)

    dribble()
    assert is_served(port)
    wait_until(dribble, "the server ends all of them")
    assert is_served(port)


def test_who_does_not_close_after_the_answer_holds_up_nobody(connect: Callable[[bytes], socket], port: int) -> None:
    """gunicorn's own waits two seconds for each of them, one after the other, in the loop that serves everybody."""
    for _ in range(80):
        connect(HALVES["an answer that is not closed"])
    assert is_served(port)


def test_while_eight_read_none_of_a_long_answer_others_are_served(
    connect: Callable[[bytes], socket], port: int
) -> None:
    request = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    clients = [connect(request * 200) for _ in range(8)]
    wait_until(lambda: is_served(port), "another shopper is served")
    wait_until(lambda: all(map(is_ended, clients)), "the server ends all of them")


# --- What is sent slowly, but in time, arrives


def answer_to(client: socket) -> bytes:
    """All that comes until the server closes, or its first answer where it stays open."""
    client.settimeout(10)
    received = b""
    while b"</html>" not in received and b'"ok"' not in received:
        more = client.recv(100_000)
        if not more:
            break
        received += more
    return received


def test_a_form_in_pieces_is_read(connect: Callable[[bytes], socket]) -> None:
    body = b"username=ada&password=" + b"x" * 200_000
    client = connect(FORM)
    for piece in (b"Content-Length: %d\r\n" % len(body), b"\r\n", body[:5], body[5:100_000], body[100_000:]):
        client.sendall(piece)
        time.sleep(0.05)
    assert answer_to(client).startswith(b"HTTP/1.1 403")  # it has no token: so the form was read


def test_who_waits_to_be_asked_for_the_body_is_asked(connect: Callable[[bytes], socket]) -> None:
    client = connect(FORM + b"Content-Length: 10\r\nExpect: 100-continue\r\n\r\n")
    client.settimeout(10)
    assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.sendall(b"username=a")
    assert b"HTTP/1.1 403" in answer_to(client)


def test_requests_behind_each_other_are_all_answered(connect: Callable[[bytes], socket]) -> None:
    request = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    client = connect(request * 2 + request[:20])
    client.sendall(request[20:])
    client.shutdown(SHUT_WR)
    client.settimeout(10)
    received = b""
    while more := client.recv(100_000):
        received += more
    assert received.count(b"HTTP/1.1 200 OK") == 3


def test_the_end_of_a_body_is_where_gunicorn_sees_it(connect: Callable[[bytes], socket]) -> None:
    """Else one who shares a proxy's connection could begin the request of the next."""
    inside = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    for length in (
        b"Content-Length: 0\r\nContent-Length: 45\r\n",
        b"Content-Length: +0\r\n",
        b"Content-Length : 0\r\n",
    ):
        received = answer_to(connect(FORM + length + b"\r\n" + inside))
        assert received.startswith(b"HTTP/1.1 400"), length
        assert received.count(b"HTTP/1.1 ") == 1, length


def test_bodies_that_are_too_large_together_give_way_to_forms(connect: Callable[[bytes], socket], port: int) -> None:
    head = FORM.replace(b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x")
    length = LARGEST_REQUEST - 10
    form, clients = connect(FORM + b"Content-Length: 5000\r\n\r\nname"), list[socket]()

    def send(client: socket) -> None:
        with suppress(OSError):
            client.sendall(b"x" * (length - 100))

    for _ in range(10):
        clients.append(connect(head + b"Content-Length: %d\r\n\r\n" % length))
        Thread(target=send, args=(clients[-1],), daemon=True).start()
    wait_until(lambda: sum(map(is_ended, clients)) >= 3, "some of them are ended")
    assert not is_ended(form)  # which came first, and whose time is over first
    assert is_served(port)


def test_what_the_shop_takes_the_worker_reads() -> None:
    assert web_worker.MOST_BODY >= LARGEST_REQUEST
    assert web_worker.MOST_BODY >= settings.DATA_UPLOAD_MAX_MEMORY_SIZE
