"""`visit`: HTTP clients in threads. Each keeps its connection, and sends its next request after each answer."""

import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

# Any secret is valid: Django only checks that cookie and form have the same one.
_TOKEN = "a" * 32


@dataclass
class Visitor:
    """One client's state, the seconds of each answer, and the error that ended it."""

    number: int
    asked: int = 0
    cookie: str = ""
    seconds: list[float] = field(default_factory=list)
    error: Exception | None = None


Request = Callable[[Visitor], bytes]


def get(path: str, *, guest: str = "") -> Request:
    """Return a GET request, by the visitor, or by the guest of this cookie. Both have a CSRF cookie already."""

    def ask(visitor: Visitor) -> bytes:
        cookies = _cookies(guest or visitor.cookie)
        return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n\r\n".encode()

    return ask


def add_one_of(variants: Sequence[int], *, adds_a_guest: int = 10) -> Request:
    """Return the POST of a product page's form: one unit, with a new key, of another variant each time.

    A new guest, with an empty cart, comes every `adds_a_guest` adds.
    """

    def ask(visitor: Visitor) -> bytes:
        if visitor.asked % adds_a_guest == 0:
            visitor.cookie = ""
        variant = variants[(visitor.number * 131 + visitor.asked * 7) % len(variants)]
        body = f"csrfmiddlewaretoken={_TOKEN}&variant={variant}&quantity=1&key={uuid.uuid4()}"
        return (
            f"POST /cart/add/ HTTP/1.1\r\nHost: localhost\r\nCookie: {_cookies(visitor.cookie)}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    return ask


def visit(port: int, request: Request, *, clients: int, seconds: float = 3600, most: int = 10**9) -> list[Visitor]:
    """Let so many clients send requests for so many seconds, or `most` each.

    Raises the error of a client; any answer but a 200 or 303 is one.
    """
    visitors = [Visitor(number) for number in range(clients)]
    stop_at = time.monotonic() + seconds
    threads = [threading.Thread(target=_go, args=(visitor, port, request, stop_at, most)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for visitor in visitors:
        if visitor.error:
            raise visitor.error
    return visitors


def answers(visitors: Sequence[Visitor]) -> int:
    """Return how many answers all visitors got."""
    return sum(len(visitor.seconds) for visitor in visitors)


@contextmanager
def connected(visitor: Visitor, port: int) -> Iterator[Callable[[Request], None]]:
    """Open a connection. Yields a function that sends one request and waits; it raises unless it gets a 200 or 303."""
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as answers:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def ask(request: Request) -> None:
            connection.sendall(request(visitor))
            visitor.asked += 1
            _read(visitor, answers.readline, answers.read)

        yield ask


def _go(visitor: Visitor, port: int, request: Request, stop_at: float, most: int) -> None:
    try:
        with connected(visitor, port) as ask:
            while (asked_at := time.monotonic()) < stop_at and visitor.asked < most:
                ask(request)
                visitor.seconds.append(time.monotonic() - asked_at)
    except Exception as error:
        visitor.error = error


def _read(visitor: Visitor, read_line: Callable[[], bytes], read: Callable[[int], bytes]) -> None:
    status, length = read_line().split()[1], 0
    if status not in {b"200", b"303"}:
        raise RuntimeError(f"a client was answered {status.decode()}")
    while (line := read_line()) != b"\r\n":
        name, _, value = line.partition(b":")
        value = value.strip()
        if name.lower() == b"content-length":
            length = int(value)
        elif name.lower() == b"set-cookie" and value.startswith(b"guest="):
            visitor.cookie = value.partition(b";")[0].decode()
    read(length)


def _cookies(guest: str) -> str:
    return "; ".join(filter(None, [f"csrftoken={_TOKEN}", guest]))
