"""A message to a web address: what is sent, what an answer means, and which addresses are never asked."""

import ipaddress
import socket
import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db.models.functions import Now
from django.utils import timezone

from core.redis import client
from delivery import web
from delivery.deliver import deliver
from delivery.models import Delivery
from delivery.services import send_web_message
from tests.support.web_receiver import WebReceiver

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiver(settings: Any) -> Iterator[WebReceiver]:
    settings.DELIVERY_PRIVATE_ADDRESSES = True
    with WebReceiver() as found:
        yield found


def write(url: str, key: str = "a", **body: object) -> None:
    send_web_message(kind="test", url=url, body={"key": key, **body}, dedupe_key=key)


def make_due() -> None:
    Delivery.objects.update(due_at=Now() - timedelta(seconds=1))
    client().flushall()


def left() -> Delivery:
    """The delivery after one try."""
    deliver("web")
    return Delivery.objects.get()


def test_a_message_is_posted_as_json_once(receiver: WebReceiver) -> None:
    write(receiver.url + "?room=1", text="Sold out: ☕")
    assert (deliver("web"), deliver("web")) == (1, 0)
    assert receiver.messages == [{"key": "a", "text": "Sold out: ☕"}]
    ((path, headers),) = receiver.requests
    assert (path, headers["Content-Type"]) == ("/hook?room=1", "application/json")
    assert Delivery.objects.get().sent_at


def test_each_try_has_the_same_id(receiver: WebReceiver) -> None:
    receiver.status = 500
    write(receiver.url)
    deliver("web")
    make_due()
    receiver.status = 200
    assert deliver("web") == 1
    first, second = (headers["Webhook-Id"] for _, headers in receiver.requests)
    assert first == second


def test_the_address_and_the_body_are_forgotten_when_it_is_accepted(receiver: WebReceiver) -> None:
    write(receiver.url)
    row = left()
    host = receiver.url.removesuffix("/hook")
    assert (row.payload, row.to, row.receiver) == (None, f"{host}/…", host)


@pytest.mark.parametrize("status", [301, 400, 401, 404, 410])
def test_what_another_try_would_get_again_is_dead_at_once(receiver: WebReceiver, status: int) -> None:
    receiver.status, receiver.words = status, "no such hook"
    receiver.headers["Location"] = receiver.url + "/elsewhere"
    write(receiver.url)
    row = left()
    assert row.is_dead
    assert row.error == f"NotAccepted: {status} no such hook"
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_what_may_pass_is_tried_again(receiver: WebReceiver, status: int) -> None:
    receiver.status = status
    write(receiver.url)
    row = left()
    assert (row.is_dead, row.attempts, row.sent_at) == (False, 1, None)


def wait_of(row: Delivery) -> float:
    return (row.due_at - timezone.now()).total_seconds()


@pytest.mark.parametrize("as_date", [False, True])
def test_a_receiver_is_left_alone_for_as_long_as_it_says(receiver: WebReceiver, as_date: bool) -> None:
    value = format_datetime(timezone.now() + timedelta(seconds=140)) if as_date else "120"
    receiver.status, receiver.headers["Retry-After"] = 429, value
    write(receiver.url, "a")
    write(receiver.url, "b")
    deliver("web")
    assert 60 < wait_of(Delivery.objects.get(attempts=1)) < 150
    assert 60 < client().pttl(f"delivery:web:{receiver.url.removesuffix('/hook')}") / 1000 < 150
    assert deliver("web") == 0
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(("value", "most"), [("99999999999", 3600), ("soon", 15), ("-5", 15), ("", 15)])
def test_a_strange_wait_is_bounded(receiver: WebReceiver, value: str, most: int) -> None:
    receiver.status, receiver.headers["Retry-After"] = 503, value
    write(receiver.url)
    assert 1 < wait_of(left()) <= most


def test_the_log_has_no_address(receiver: WebReceiver, caplog: pytest.LogCaptureFixture) -> None:
    receiver.status = 500
    write(receiver.url + "/secret")
    deliver("web")
    assert "was not sent: NotAccepted" in caplog.text
    assert "secret" not in caplog.text


class _Dribble(socketserver.BaseRequestHandler):
    """A byte every now and then, so that no single wait is long."""

    def handle(self) -> None:
        self.request.recv(65536)
        stop: threading.Event = self.server.stop  # type: ignore[attr-defined]
        while not stop.wait(0.05):
            try:
                self.request.sendall(b"H")
            except OSError:
                return


def test_an_answer_that_never_ends_is_given_up(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DELIVERY_PRIVATE_ADDRESSES = True
    monkeypatch.setattr(web, "TIMEOUT", 0.5)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Dribble) as server:
        server.daemon_threads = True
        server.stop = threading.Event()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        write(f"http://127.0.0.1:{server.server_address[1]}/")
        row = left()
        server.stop.set()  # type: ignore[attr-defined]
        server.shutdown()
    assert (row.error, row.is_dead) == ("TimeoutError: No answer within 0.5 s.", False)


PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "192.168.0.9",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - nobody listens here
    "224.0.0.1",
    "::1",
    "fe80::1",
    "fd00::1",
    "fec0::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::1",
]


def resolve_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let the name server answer with these addresses, one answer after the other. Returns the names asked for."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **kwargs: Any) -> list[Any]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_of_this_machine_or_a_private_network_is_asked(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda *args: tried.append(args))
    resolve_to(monkeypatch, ["93.184.215.14", address])
    write("https://hooks.example.com/secret")
    row = left()
    assert (row.is_dead, tried) == (True, [])
    assert "not public" in row.error


def test_the_address_that_was_looked_at_is_the_one_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers differently the second time is not asked a second time."""
    tried: list[Any] = []

    def refuse(address: tuple[str, int], timeout: float) -> socket.socket:
        tried.append(address)
        raise ConnectionRefusedError

    asked = resolve_to(monkeypatch, ["93.184.215.14"], ["127.0.0.1"])
    monkeypatch.setattr(socket, "create_connection", refuse)
    write("https://hooks.example.com:8443/secret")
    assert not left().is_dead
    assert (asked, tried) == (["hooks.example.com"], [("93.184.215.14", 8443)])


def test_an_address_of_this_machine_is_not_asked_though_it_be_public(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("93.184.215.14", 9))  # sends nothing
        own = probe.getsockname()[0]
    monkeypatch.setattr(ipaddress.IPv4Address, "is_global", True)
    assert not web._is_public(own)
    assert web._is_public("93.184.215.14")


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https://",
        "https:///x",
        "https://user@hooks.example.com/",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nHost: x",
        "https://höoks.example.com/",
        "https://hooks.example.com:99999/",
        "https://" + "a." * 130 + "com/",
        "hooks.example.com",
        "",
    ],
)
def test_what_is_no_address_for_a_message_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - words of several places
        write(url)
    assert not Delivery.objects.exists()


def test_a_body_that_json_does_not_know_is_refused_at_once() -> None:
    with pytest.raises(TypeError):
        write("https://hooks.example.com/", when=timezone.now())


def test_to_a_process_of_version_1_0_it_is_no_e_mail() -> None:
    """During a release it may take the row; it must not believe that it sent it."""
    write("https://hooks.example.com/secret")
    with pytest.raises(ValueError, match="Invalid address"):
        EmailMessage("", "", to=[Delivery.objects.get().to]).send()
