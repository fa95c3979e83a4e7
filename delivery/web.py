"""The channel `web`: a JSON document by HTTP POST, as chat rooms and web hooks accept it.

People who enter an address must not reach what only this machine can. So no address of a private network, of the
machine itself or of a cloud's metadata is asked. The name is resolved once, and the address that was checked is the one
that is asked.
"""

import http.client
import ipaddress
import json
import re
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils import timezone

from core.celery import Queue
from delivery.channels import PAUSE, Channel, Verdict
from delivery.models import Delivery

TIMEOUT = 10.0  # seconds, for all of it together
LONGEST_PAUSE = timedelta(hours=1)  # whatever Retry-After says

_ADDRESS = re.compile(r"https?://[!-~]+")  # no space, no control, nothing that is not ASCII
_LONGEST_ORIGIN = 250  # what the columns have room for
_NOT_NOW = {429, 502, 503, 504}  # the receiver would refuse any other message too
_AGAIN = {408, 425}
# IPv4 addresses inside of IPv6 networks that count as public.
_TRANSLATED = [ipaddress.ip_network(each) for each in ("64:ff9b::/96", "2002::/16")]


class NotAccepted(Exception):
    """The receiver answered with a status other than 2xx."""

    def __init__(self, status: int, words: str, retry_after: timedelta | None) -> None:
        super().__init__(f"{status} {words}".strip())
        self.status, self.retry_after = status, retry_after


class WebChannel(Channel):
    """Redirects are not followed, since their target was not checked."""

    # Beside analytics and apart from totals, alerts and e-mail: a run may wait for a receiver that hangs.
    queue = Queue.BULK
    receivers_at_once = 16
    holds_receiver = True

    def send(self, delivery: Delivery) -> None:
        payload = delivery.payload or {}
        url = urlsplit(payload["url"])
        body = json.dumps(payload["body"]).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "delivery",
            # The same for each try, so that the receiver can drop duplicates. Named by https://www.standardwebhooks.com/.
            "Webhook-Id": str(uuid.uuid5(uuid.NAMESPACE_OID, delivery.dedupe_key)),
        }
        _post(url, body, headers)

    def judge(self, error: BaseException) -> Verdict:
        """Final: an address that is not allowed, or an answer that another try would get again."""
        if isinstance(error, NotAccepted):
            if error.status >= 500 or error.status in _NOT_NOW | _AGAIN:
                return Verdict(pause=error.retry_after or (PAUSE if error.status in _NOT_NOW else None))
            return Verdict(is_final=True)
        if isinstance(error, OSError | http.client.HTTPException):
            return Verdict(pause=PAUSE)
        return Verdict(is_final=isinstance(error, ValueError))


def check_url(url: str) -> None:
    """Raise ValueError for an address that no message would be sent to, wherever its name leads."""
    if not _ADDRESS.fullmatch(url):
        raise ValueError("This is no web address.")
    parts = urlsplit(url)
    if not parts.hostname or parts.username is not None or parts.port == 0:
        raise ValueError("This is no web address of a host.")
    if len(origin_of(url)) > _LONGEST_ORIGIN:
        raise ValueError("The name of the host is too long.")
    if parts.scheme != "https" and not settings.DELIVERY_PRIVATE_ADDRESSES:
        raise ValueError("Messages are sent by https only.")


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, without the parts that may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _post(url: SplitResult, body: bytes, headers: dict[str, str]) -> None:
    check_url(url.geturl())
    connect = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = connect(str(url.hostname), url.port)
    ends_at = time.monotonic() + TIMEOUT
    connection.sock = _connect(url, ends_at)  # it connects by itself only where there is no socket yet
    try:
        with _shut_at(ends_at, connection.sock):
            if isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
            connection.request("POST", url._replace(scheme="", netloc="", fragment="").geturl() or "/", body, headers)
            response = connection.getresponse()
            if not 200 <= response.status < 300:
                words = response.read(200).decode("utf-8", "replace")
                raise NotAccepted(response.status, words, _retry_after(response.headers.get("Retry-After", "")))
    finally:
        connection.close()


def _connect(url: SplitResult, ends_at: float) -> socket.socket:
    """A socket to the first address of the host that answers."""
    port = url.port or (443 if url.scheme == "https" else 80)
    error: OSError = TimeoutError("No address of this host answers.")
    for address in _addresses(str(url.hostname), port):
        try:
            found = socket.create_connection((address, port), max(ends_at - time.monotonic(), 0.1))
        except OSError as failed:
            error = failed
            continue
        if url.scheme == "https":
            context = ssl.create_default_context()
            return context.wrap_socket(found, server_hostname=url.hostname, do_handshake_on_connect=False)
        return found
    raise error


def _addresses(host: str, port: int) -> list[str]:
    """The addresses of a host. Raises ValueError if one of them is not allowed."""
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not settings.DELIVERY_PRIVATE_ADDRESSES and not all(map(_is_public, found)):
        raise ValueError("The host has an address that is not public.")
    return found


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return _is_public(str(address.ipv4_mapped))
        if address.is_site_local or any(address in network for network in _TRANSLATED):
            return False
    return address.is_global and not address.is_multicast and not _is_ours(address)


def _is_ours(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether this machine has the address: a socket can be bound to no other."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.bind((str(address), 0))
        return True
    return False


@contextmanager
def _shut_at(ends_at: float, sock: socket.socket) -> Iterator[None]:
    """Shut the socket down at this time. Its own time-out begins again with each byte that arrives."""
    is_over = threading.Event()

    def shut() -> None:
        is_over.set()
        with suppress(OSError):
            # Not SSLSocket.shutdown, which removes the TLS state that another thread is using.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(max(ends_at - time.monotonic(), 0), shut)
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        if is_over.is_set():
            raise TimeoutError(f"No answer within {TIMEOUT:g} s.") from error
        raise
    finally:
        timer.cancel()


def _retry_after(value: str) -> timedelta | None:
    """How long the receiver asks to wait: seconds, or a date. None if it does not say."""
    if value.strip().isdecimal():
        wait = timedelta(seconds=min(int(value), 86_400))
    else:
        try:
            wait = parsedate_to_datetime(value) - timezone.now()
        except (ValueError, TypeError):
            return None
    return min(max(wait, timedelta()), LONGEST_PAUSE)
