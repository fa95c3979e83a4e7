"""`action` and `display`: those of django-unfold, with types; `money_column`, a column of amounts."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ParamSpec, TypeVar, cast

from unfold import decorators

from core.text import money

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


def money_column(field: str, description: str) -> Callable[[Any, Any], str]:
    """A column of amounts with the shop's currency, "" for none. `export_fields` has the field itself, a plain number.

    Arguments: the attribute of the row that has the amount; the head of the column.
    """

    @display(description=description, ordering=field)
    def column(admin: Any, row: Any) -> str:
        amount: Decimal | None = getattr(row, field)
        return "" if amount is None else money(amount)

    return column
