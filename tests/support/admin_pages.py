"""`filled_in`, the form of an admin page as a browser would send it back; `as_shown`, its hidden fields alone."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from tests.support.pages import Page

Sent = dict[str, list[str]]


class _AdminForm(HTMLParser):
    """Reads inputs, choices and texts of the form whose id ends with `_form`."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: Sent = {}
        self._is_open = False
        self._name = ""
        self._is_text = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_open = values.get("id", "").endswith("_form")
        if not self._is_open:
            return
        if tag == "input" and _is_sent(values):
            self._add(values["name"], values.get("value", "on" if values.get("type") == "checkbox" else ""))
        if tag in ("select", "textarea"):
            self._name, self._is_text = values["name"], tag == "textarea"
        if tag == "textarea":
            self._add(self._name, "")
        if tag == "option" and "selected" in values:
            self._add(self._name, values.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._is_text:
            self.sent[self._name][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._is_open = self._is_open and tag != "form"
        self._is_text = self._is_text and tag != "textarea"

    def _add(self, name: str, value: str) -> None:
        self.sent.setdefault(name, []).append(value)


def _is_sent(input_of: dict[str, str]) -> bool:
    kind = input_of.get("type", "text")
    if kind in ("checkbox", "radio") and "checked" not in input_of:
        return False
    return kind not in ("submit", "button", "file") and bool(input_of.get("name"))


def filled_in(page: Page) -> Sent:
    """What a browser without JavaScript sends if nothing is typed. Empty rows of inlines are not in it."""
    parser = _AdminForm()
    parser.feed(page.content.decode())
    return {name: values for name, values in parser.sent.items() if "__prefix__" not in name}


def as_shown(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The hidden fields by which a page says that it showed these values of a row."""
    return {f"initial-{name}": "" if value is None else value for name, value in fields.items()}
