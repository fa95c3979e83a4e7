"""`WebShop`: a replay through the shop's pages. Each visit is a new browser, with its own cookies and forms."""

import http.client
import json
import re
import threading
import uuid
from dataclasses import asdict
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from orders.models import Order
from tools.replay.log import Account, Outcome, Visit, VisitLine
from tools.replay.shops import CUSTOMER, REFUSALS, ServiceShop

_HIDDEN = re.compile(r'<input type="hidden" name="(cart|version|total|details|key)" value="([^"]*)">')
_TIMEOUT = 60  # seconds


class UnexpectedAnswer(Exception):
    """A page gave an unexpected answer; the message says which page and what it answered."""


class Browser:
    """Cookies and forms over one persistent connection. Argument: an `http.client` connection."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self._connection = connection
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> str:
        """Return the page at a path. Raises UnexpectedAnswer for any other answer."""
        return self._request("GET", path, expected=200)

    def post(self, path: str, fields: dict[str, str], *, expected: int, accept: str = "text/html") -> str:
        """Send a form with the browser's CSRF token. Raises UnexpectedAnswer for another status than `expected`."""
        token = self._cookies.get("csrftoken", "")
        body = urlencode({"csrfmiddlewaretoken": token, **fields})
        return self._request("POST", path, body, expected=expected, accept=accept)

    def _request(self, method: str, path: str, body: str = "", *, expected: int, accept: str = "text/html") -> str:
        headers = {"Accept": accept, "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body or None, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        if answer.status not in {expected, 409}:
            raise UnexpectedAnswer(f"{method} {path} answers {answer.status}")
        return text


def fields_of_review(page: str) -> dict[str, str]:
    """Return the fields of the review page's form, without the shopper's choice of how to pay."""
    return dict(_HIDDEN.findall(page))


class WebShop(ServiceShop):
    """Adds and orders through the pages. Payments and the work of staff go through the services."""

    def __init__(self, account: Account, address: str) -> None:
        super().__init__(account)
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{address} is no address of a shop; one is http://127.0.0.1:8000")
        self._parts = parts
        self._kept = threading.local()
        Browser(self._connection()).get("/healthz")
        self._connection().close()

    def leave(self) -> None:
        super().leave()
        self._connection().close()

    def fill_and_order(self, visit: Visit) -> tuple[Order | None, list[Outcome | None]]:
        browser = Browser(self._connection())
        browser.get("/accounts/login/")  # the smallest page with a form
        refusals = [self._add_on_page(browser, line) for line in visit.lines]
        return (self._order_on_pages(browser) if None in refusals else None), refusals

    def _add_on_page(self, browser: Browser, line: VisitLine) -> Outcome | None:
        variant_id = self.variant_ids.get(line.sku)
        if variant_id is None:
            return Outcome.NOT_SOLD_HERE
        fields = {"variant": str(variant_id), "quantity": str(line.units), "key": uuid.uuid4().hex}
        said = json.loads(browser.post("/cart/add/", fields, expected=200, accept="application/json"))
        if said["code"] == "added":
            return None
        if said["code"] not in REFUSALS:
            raise UnexpectedAnswer(f"an add is refused: {said['message']}")
        return REFUSALS[said["code"]]

    def _order_on_pages(self, browser: Browser) -> Order | None:
        browser.post("/checkout/", {**asdict(CUSTOMER), "delivery_method": str(self.delivery.pk)}, expected=303)
        fields = fields_of_review(browser.get("/checkout/review/"))
        browser.post("/checkout/review/", {**fields, "provider": "invoice"}, expected=303)
        order = Order.objects.filter(cart_id=fields["cart"]).first()
        if order:
            self.pay(order)
        return order

    def _connection(self) -> http.client.HTTPConnection:
        """One connection a shopper, kept from visit to visit."""
        if not hasattr(self._kept, "connection"):
            kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
            self._kept.connection = kind(self._parts.netloc, timeout=_TIMEOUT)
        connection: http.client.HTTPConnection = self._kept.connection
        return connection
