"""`Shopper`: a shopper over HTTP, without JavaScript, who gets a page, fills in its form and posts it."""

import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.cookiejar import CookieJar
from threading import Barrier
from typing import TypeVar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

T = TypeVar("T")
R = TypeVar("R")

_INPUT = re.compile(r'<input[^>]*?name="(?P<name>[^"]+)"[^>]*?value="(?P<value>[^"]*)"')


@dataclass(frozen=True)
class Answer:
    """The shop's response after redirects."""

    status: int
    url: str
    text: str


class Shopper:
    """A browser with its own cookies. Arguments: the shop's address, and headers to send with each request."""

    def __init__(self, address: str, headers: Mapping[str, str] | None = None) -> None:
        self._address, self._headers = address, dict(headers or {})
        self._open = build_opener(HTTPCookieProcessor(CookieJar())).open

    def get(self, path: str) -> Answer:
        return self._ask(Request(self._address + path, headers=self._headers))

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        return self.send(path, urlencode(fields).encode())

    def send(self, path: str, body: bytes, content_type: str = "application/x-www-form-urlencoded") -> Answer:
        """Post a body unchanged."""
        return self._ask(Request(self._address + path, body, self._headers | {"Content-Type": content_type}))

    def add_form(self, product_path: str) -> dict[str, str]:
        """Return the fields of the add form on a product's page, as rendered."""
        page = self.get(product_path).text
        form = page[page.index('action="/cart/add/"') :]
        return dict(_INPUT.findall(form[: form.index("</form>")]))

    def add(self, form: dict[str, str], **changes: str) -> Answer:
        return self.post("/cart/add/", form | changes)

    def _ask(self, request: Request) -> Answer:
        try:
            with self._open(request, timeout=30) as answer:
                return Answer(answer.status, answer.url, answer.read().decode())
        except HTTPError as error:
            return Answer(error.code, error.url or "", error.read().decode())


def all_at_once(act: Callable[[T], R], on: Iterable[T]) -> list[R]:
    """Call `act` on every item, each in its own thread, all released together. Returns the results."""
    items = list(on)
    start = Barrier(len(items))

    def wait_and_act(item: T) -> R:
        start.wait()
        return act(item)

    with ThreadPoolExecutor(len(items)) as threads:
        return list(threads.map(wait_and_act, items))
