"""Reads pages as a browser without JavaScript does: forms, messages, the errors beside fields."""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Protocol

from django.contrib.auth.models import AnonymousUser, User
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client

from cart.owners import Owner
from inventory.models import ProductVariant
from shop.accounts.shoppers import GUEST_COOKIE, Shopper

MakeUser = Callable[..., User]
MakeSibling = Callable[..., ProductVariant]


class Page(Protocol):
    """The response of the test client or of a view."""

    @property
    def content(self) -> bytes: ...


@dataclass
class Form:
    """A form of a page: its address, and the fields that it sends unless they are changed."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)

    def post(self, client: Client, *, headers: dict[str, str] | None = None, **changes: str) -> Any:
        return client.post(self.action, self.fields | changes, headers=headers)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._is_open = False
        self._choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(values["action"]))
            self._is_open = True
        if tag == "input" and self._is_open and (values.get("type") != "radio" or "checked" in values):
            self.found[-1].fields[values["name"]] = values.get("value", "")
        if tag == "select" and self._is_open:
            self._choice = values["name"]
        if tag == "option" and self._is_open:
            fields = self.found[-1].fields
            if "selected" in values or self._choice not in fields:  # a browser sends the first unless one is selected
                fields[self._choice] = values["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_open = False


def text_of(response: Page) -> str:
    return html.unescape(response.content.decode())


def forms(response: Page, action: str) -> list[Form]:
    """Return the forms of the page with this action."""
    parser = _Forms()
    parser.feed(response.content.decode())
    return [form for form in parser.found if form.action == action]


def form(response: Page, action: str) -> Form:
    """Return the only form of the page with this action."""
    (only,) = forms(response, action)
    return only


def alert(response: Page) -> str:
    """Return the error beside the field that was refused."""
    (found,) = re.findall(r'role="alert">\s*<p>(.*?)</p>', text_of(response), re.DOTALL)
    return " ".join(found.split())


def messages(response: Page) -> list[str]:
    """Return the messages of the page."""
    return re.findall(r'<p class="message [^"]*"><span>(.*?)</span>', text_of(response), re.DOTALL)


def become_guest(client: Client) -> Owner:
    """Give this client the cookie of a new guest, as a first add does."""
    shopper = Shopper(HttpRequest())
    shopper._request.user = AnonymousUser()
    shopper.ensure_guest()
    response = HttpResponse()
    shopper.write_cookie(response)
    client.cookies.update(response.cookies)
    return guest_of(client)


def guest_of(client: Client) -> Owner:
    """Return the guest of this client's cookie."""
    request = HttpRequest()
    request.COOKIES[GUEST_COOKIE] = client.cookies[GUEST_COOKIE].value
    token = Shopper(request).guest_token
    assert token
    return Owner(guest_token=token)


@contextmanager
def locked_by_a_rival(table: str, row_id: int) -> Iterator[None]:
    """Within the block, another session has locked this row, and ours stops waiting after a tenth of a second."""
    rival = connection.copy()
    rival.set_autocommit(False)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        with rival.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [row_id])  # noqa: S608 - names of ours
        yield
    finally:
        rival.rollback()
        rival.close()
        connection.close()


@contextmanager
def database_away() -> Iterator[None]:
    """Within the block, nothing answers at the database's address."""
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = 1
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["PORT"] = port
