"""`LeanShopper`, a fast shopper over HTTP with one persistent connection, and `Add`, what is known of an add."""

import http.client
import re
import select
import time
import uuid
from dataclasses import dataclass
from enum import StrEnum
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.faults.template import Good

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_GUEST = re.compile(r'name="guest" value="([^"]*)"')
_COOKIES = ("csrftoken", "guest")
# Seconds. Only a hang takes so long.
PATIENCE = 30.0


class Outcome(StrEnum):
    """What a shopper knows of an add after its answer, or without one."""

    ACKED = "acked"  # it happened
    REFUSED = "refused"  # nothing happened, and the shop said so
    UNREACHED = "unreached"  # no connection, so nothing was sent
    UNKNOWN = "unknown"  # the connection broke, or the shop had an error: it may have happened


@dataclass
class Add:
    """One add, with the idempotency key that makes it safe to repeat."""

    shopper: "LeanShopper"
    good: Good
    quantity: int
    key: str
    outcome: Outcome = Outcome.UNREACHED
    status: int = 0
    seconds: float = 0.0


class LeanShopper:
    """A guest of a shop at a port of 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connection: http.client.HTTPConnection | None = None
        self._cookies: dict[str, str] = {}
        self._token = self._guest = ""

    def twin(self) -> "LeanShopper":
        """Return the same shopper in another tab: the same cookies, another connection."""
        twin = LeanShopper(self.port)
        twin._cookies, twin._token, twin._guest = dict(self._cookies), self._token, self._guest
        return twin

    def arrive(self, good: Good) -> bool:
        """Open a page, for the cookies and the token of its form. Returns False if the shop is away."""
        try:
            status, _, text = self._ask("GET", good.path)
        except (OSError, http.client.HTTPException):
            self.leave()
            return False
        found, guest = _TOKEN.search(text), _GUEST.search(text)
        if status == 200 and found and guest:
            self._token, self._guest = found[1], guest[1]
        return bool(self._token)

    def add(self, good: Good, quantity: int, key: str | None = None) -> Add:
        """Add so many units."""
        add = Add(self, good, quantity, key or str(uuid.uuid4()))
        self.send(add)
        return add

    def send(self, add: Add) -> None:
        """Send an add, for the first time or again."""
        started = time.monotonic()
        try:
            self._connect()
            add.outcome = Outcome.UNKNOWN
            status, headers, _ = self.post(add_fields(add))
            add.status, add.outcome = status, _outcome(status, headers)
        except (OSError, http.client.HTTPException):
            add.status = 0
            self.leave()
        add.seconds = max(add.seconds, time.monotonic() - started)

    def post(self, fields: dict[str, str]) -> tuple[int, http.client.HTTPMessage, str]:
        """Post the add form with these fields, whatever they are."""
        body = urlencode({"csrfmiddlewaretoken": self._token, "guest": self._guest, **fields})
        return self._ask("POST", "/cart/add/", body, {"Content-Type": "application/x-www-form-urlencoded"})

    def leave(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def _connect(self) -> http.client.HTTPConnection:
        """Return the open connection. One that the server has closed meanwhile is opened again, as browsers do."""
        kept = self._connection and self._connection.sock
        if kept and select.select([kept], [], [], 0)[0]:
            self.leave()
        if self._connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            connection.connect()
            self._connection = connection
        return self._connection

    def _ask(
        self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, str]:
        connection = self._connect()
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        connection.request(method, path, body, {"Cookie": cookies, **(headers or {})})
        answer = connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            jar: SimpleCookie = SimpleCookie(cookie)
            self._cookies |= {name: jar[name].value for name in _COOKIES if name in jar}
        if answer.will_close:
            self.leave()
        return answer.status, answer.headers, text


def add_fields(add: Add) -> dict[str, str]:
    return {"variant": str(add.good.variant_id), "quantity": str(add.quantity), "key": add.key}


def _outcome(status: int, headers: http.client.HTTPMessage) -> Outcome:
    """Only a 503 with "Retry-After: 1" is the shop's Busy, which changed nothing. Another 503 tells nothing."""
    if status == 303:
        return Outcome.ACKED
    if status < 500 or (status == 503 and headers["Retry-After"] == "1"):
        return Outcome.REFUSED
    return Outcome.UNKNOWN
