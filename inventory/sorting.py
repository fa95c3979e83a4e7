"""Puts products into the categories of `inventory.categories`. What the staff have moved stays where it is."""

from collections import defaultdict

from django.db import transaction

from inventory.categories import DEPARTMENTS, category_of
from inventory.models import Category, Product


def ensure_categories() -> dict[str, int]:
    """Create the departments that are missing; return the ids of all categories by slug. 2 queries.

    One that the staff have renamed keeps its new name: the slug is what it is known by.
    """
    Category.objects.bulk_create(
        [Category(slug=one.slug, name=one.name, place=place) for place, one in enumerate(DEPARTMENTS, start=1)],
        ignore_conflicts=True,
    )
    return dict(Category.objects.values_list("slug", "pk"))


@transaction.atomic
def sort_products() -> int:
    """Give every product without a category the one of its name; return how many there were.

    Only those without: a second run changes nothing, and a product that was moved by hand is left alone.
    """
    ids = ensure_categories()
    found: dict[str, list[int]] = defaultdict(list)
    for pk, name in Product.objects.filter(category=None).values_list("pk", "name"):
        found[category_of(name)].append(pk)
    return sum(
        Product.objects.filter(pk__in=pks, category=None).update(category_id=ids[slug]) for slug, pks in found.items()
    )
