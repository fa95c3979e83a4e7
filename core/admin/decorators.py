"""`action` and `display`: those of django-unfold, with types."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar, cast

from unfold import decorators

P = ParamSpec("P")
R = TypeVar("R")


def action(
    *,
    description: str,
    permissions: Sequence[str],
    url_path: str | None = None,
    icon: str | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A button on chosen rows, on a row or on a page, for users who have all of the permissions.

    `url_path` and `icon` (of Material Symbols) are for buttons on a row or on a page.
    """
    made: Any = decorators.action(description=description, permissions=permissions, url_path=url_path, icon=icon)
    return cast(Callable[[Callable[P, R]], Callable[P, R]], made)


def display(
    *, description: str, ordering: str | None = None, label: Mapping[Any, str] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A column. `ordering` is the path by which it is sorted, `label` the colour of each of its texts."""
    made: Any = decorators.display(description=description, ordering=ordering, label=label)
    return cast(Callable[[Callable[P, R]], Callable[P, R]], made)
