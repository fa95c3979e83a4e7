"""`routes`: every route of the site, from its URL configuration, so that no test has an incomplete list of its own."""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter

# The value of an argument whose converter does not suggest one. No row has such an id.
NO_ROW = "999999999"
_SAMPLES = {"name": "0" * 32, "size": "card", "app_label": "auth"}
_PLACE = re.compile(r"<(?:\w+:)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Route:
    """`name` is as for `reverse`, empty if a route has none. `places` has a value for each argument by name."""

    name: str
    pattern: str
    places: Mapping[str, str]

    @property
    def key(self) -> str:
        """Its key in tables of tests."""
        return self.name or self.pattern

    @property
    def is_of_back_office(self) -> bool:
        return self.pattern.startswith("admin/")

    @property
    def address(self) -> str:
        """The path with a value for each argument."""
        filled = _PLACE.sub(lambda place: self.places[place["name"]], self.pattern)
        return "/" + filled


def routes() -> Iterator[Route]:
    """Yield all routes, with whole patterns, written as for `path()`."""
    yield from _below(get_resolver().url_patterns, "", "", {})


def _below(entries: list[Any], prefix: str, namespace: str, places: Mapping[str, str]) -> Iterator[Route]:
    for entry in entries:
        assert isinstance(entry, URLPattern | URLResolver)
        pattern, found = _written(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _below(entry.url_patterns, prefix + pattern, inner, {**places, **found})
        else:
            name = f"{namespace}{entry.name}" if entry.name else ""
            yield Route(name, prefix + pattern, {**places, **found})


def _written(pattern: Any) -> tuple[str, dict[str, str]]:
    """A pattern written as for `path()`, and a value for each argument."""
    if pattern.converters:
        return str(pattern), {name: _value(name, converter) for name, converter in pattern.converters.items()}
    groups = pattern.regex.groupindex
    text = re.sub(r"\(\?P<(\w+)>.*?\)", r"<\1>", str(pattern)).strip("^$").replace("\\", "")
    return text, {name: _SAMPLES.get(name, NO_ROW) for name in groups}


def _value(name: str, converter: Any) -> str:
    if isinstance(converter, UUIDConverter):
        return str(uuid.UUID(int=0))
    return NO_ROW if isinstance(converter, IntConverter) else _SAMPLES.get(name, NO_ROW)
