"""Gives products a category by the `CategoryRule` that the setting SHOP_CATEGORY_RULE names.

Without a rule a product has the category that staff give it, or none. A product that has a category keeps it.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from inventory.models import Category, Product


class NewCategory(NamedTuple):
    """A category that a rule creates. After that its name and position belong to the staff."""

    slug: str
    name: str


class CategoryRule(NamedTuple):
    """The categories in the shop's order, and `slug_of`, which maps a product's name to the slug of its category.

    `other` is the slug of the category of what fits no other one. The first page does not show it.
    """

    categories: Sequence[NewCategory]
    slug_of: Callable[[str], str]
    other: str = ""


def category_rule() -> CategoryRule | None:
    """Return the rule of the settings, or None."""
    found: CategoryRule | None = import_string(settings.SHOP_CATEGORY_RULE) if settings.SHOP_CATEGORY_RULE else None
    return found


def ensure_categories() -> dict[str, int]:
    """Create the rule's missing categories; return the ids of all categories by slug. 2 queries, 1 without a rule.

    A category that staff renamed keeps its new name, since the rule knows it by its slug.
    """
    if rule := category_rule():
        categories = enumerate(rule.categories, start=1)
        Category.objects.bulk_create(
            [Category(slug=one.slug, name=one.name, place=place) for place, one in categories], ignore_conflicts=True
        )
    return dict(Category.objects.values_list("slug", "pk"))


def category_finder() -> Callable[[str], int | None]:
    """Return a function from a product's name to the id of its category, None without a rule. 2 queries with a rule."""
    rule = category_rule()
    if rule is None:
        return lambda name: None
    ids, slug_of = ensure_categories(), rule.slug_of
    return lambda name: ids[slug_of(name)]


@transaction.atomic
def categorise_products() -> int:
    """Give every product without a category the one of its name. Returns how many were sorted, 0 without a rule.

    Products with a category stay as they are, so a second run changes nothing.
    """
    if category_rule() is None:
        return 0
    category_of = category_finder()
    found: dict[int | None, list[int]] = defaultdict(list)
    for pk, name in Product.objects.filter(category=None).values_list("pk", "name"):
        found[category_of(name)].append(pk)
    return sum(
        Product.objects.filter(pk__in=pks, category=None).update(category_id=category_id)
        for category_id, pks in found.items()
    )
