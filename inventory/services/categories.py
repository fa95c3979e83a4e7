"""`change_category`: the category of many products in one command, all of them or none."""

from collections.abc import Mapping

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from core.errors import NothingChanged
from core.transactions import command
from inventory.errors import CategoriesChangedMeanwhile, CategoryGone
from inventory.locks import lock_category, lock_products
from inventory.models import Product


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
    products = Product.objects.filter(pk__in=seen).only("name", "category_id").in_bulk()
    stale = [pk for pk, before in seen.items() if pk not in products or products[pk].category_id != before]
    if stale:
        raise CategoriesChangedMeanwhile([products[pk].name for pk in stale if pk in products])
    changed = [product for product in products.values() if product.category_id != category_id]
    if not changed:
        raise NothingChanged(_("All of them are so already. Nothing was changed."))
    Product.objects.filter(pk__in=[product.pk for product in changed]).update(category=category)
    LogEntry.objects.log_actions(actor.pk, changed, CHANGE, f"Category: {category or 'none'}")
    return len(changed)
