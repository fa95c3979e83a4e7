"""`change_category`: the category of many products in one command, all of them or none."""

from collections.abc import Mapping

from django.contrib.auth.models import User

from core.transactions import command
from inventory.errors import CategoriesChangedMeanwhile, CategoryGone
from inventory.locks import lock_category, lock_products
from inventory.services.relations import write_relation


@command
def change_category(*, seen: Mapping[int, int | None], category_id: int | None, actor: User) -> int:
    """Put products into one category, or with None into none. Returns how many were elsewhere: only these are logged.

    Argument `seen`: by the product's id, the category in which the person saw it. 5 queries, however many products.
    Raises CategoriesChangedMeanwhile if a product is gone or elsewhere by now, CategoryGone, and NothingChanged if all
    are there already. Nothing is changed then.
    """
    lock_products(seen)
    category = lock_category(category_id) if category_id else None
    if category_id and category is None:
        raise CategoryGone
    return write_relation("category", seen=seen, row=category, stale=CategoriesChangedMeanwhile, actor=actor)
