"""`write_relation`: one foreign key of many products, all of them or none."""

from collections.abc import Callable, Mapping
from typing import Literal

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.errors import NothingChanged
from inventory.models import Category, Producer, Product


def write_relation(
    column: Literal["category", "producer"],
    *,
    seen: Mapping[int, int | None],
    row: Category | Producer | None,
    stale: Callable[[list[str]], ValidationError],
    actor: User,
) -> int:
    """Give products this row. Returns how many had another one: only these are logged. The caller has locked them all.

    Arguments: `seen`, by the product's id, what the person saw it to have; `stale` makes the error for products, by
    their names, that are gone or have another row by now. Raises that, and NothingChanged if all have it already.
    """
    key = f"{column}_id"
    products = Product.objects.filter(pk__in=seen).only("name", key).in_bulk()
    others = [pk for pk, before in seen.items() if pk not in products or getattr(products[pk], key) != before]
    if others:
        raise stale([products[pk].name for pk in others if pk in products])
    changed = [product for product in products.values() if getattr(product, key) != (row.pk if row else None)]
    if not changed:
        raise NothingChanged(_("All of them are so already. Nothing was changed."))
    Product.objects.filter(pk__in=[product.pk for product in changed]).update(**{column: row})
    LogEntry.objects.log_actions(actor.pk, changed, CHANGE, f"{column.capitalize()}: {row or 'none'}")
    return len(changed)
