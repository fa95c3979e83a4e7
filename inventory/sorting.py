"""Sorts products into categories by the rule that the setting SHOP_CATEGORY_RULE names: `CategoryRule` is its form.

Without a rule a product has the category that staff give it, or none. What staff have moved stays where it is.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from inventory.models import Category, Product


class Department(NamedTuple):
    """A category as a rule brings it; from then on its name and place are the staff's."""

    slug: str
    name: str


class CategoryRule(NamedTuple):
    """The departments in the order in which the shop shows them, and which one a product's name tells, by its slug."""

    departments: Sequence[Department]
    slug_of: Callable[[str], str]


def category_rule() -> CategoryRule | None:
    """The rule of the settings; None where there is none."""
    found: CategoryRule | None = import_string(settings.SHOP_CATEGORY_RULE) if settings.SHOP_CATEGORY_RULE else None
    return found


def ensure_categories() -> dict[str, int]:
    """Create the departments that are missing; return the ids of all categories by slug. 2 queries, 1 without a rule.

    One that the staff have renamed keeps its new name: the slug is what it is known by.
    """
    if rule := category_rule():
        departments = enumerate(rule.departments, start=1)
        Category.objects.bulk_create(
            [Category(slug=one.slug, name=one.name, place=place) for place, one in departments], ignore_conflicts=True
        )
    return dict(Category.objects.values_list("slug", "pk"))


def category_finder() -> Callable[[str], int | None]:
    """Return what gives the id of the category that a product's name tells: None without a rule. 2 queries with one."""
    rule = category_rule()
    if rule is None:
        return lambda name: None
    ids, slug_of = ensure_categories(), rule.slug_of
    return lambda name: ids[slug_of(name)]


@transaction.atomic
def sort_products() -> int:
    """Give every product without a category the one of its name; return how many were sorted, 0 without a rule.

    Only those without: a second run changes nothing, and a product that was moved by hand is left alone.
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
