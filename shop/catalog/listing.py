"""The answer to what a list's address asks for: one page of offers, and how many there are in each category."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from cart.owners import Owner
from inventory.models import Category
from inventory.selectors import CategoryCount, count_by_category, page_of_products
from shop.catalog.offers import Offer
from shop.catalog.query import ListQuery
from shop.catalog.selectors import PRODUCTS_A_PAGE, offers_of


@dataclass(frozen=True)
class Listing:
    """One page. `query` is what was asked for, put right where there is no such page; `here` the category, if any."""

    query: ListQuery
    here: CategoryCount | None
    categories: list[CategoryCount]
    paginator: "Paginator[int]"
    offers: list[Offer]

    @property
    def total(self) -> int:
        return self.paginator.count

    @property
    def everywhere(self) -> int:
        """How many there are in all categories."""
        return sum(category.count for category in self.categories)

    @property
    def first(self) -> int:
        return (self.query.page - 1) * PRODUCTS_A_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.offers) - 1


def find(query: ListQuery, slug: str | None, owner: Owner | None) -> Listing:
    """The page that is asked for, of a category or of all goods. 3 queries: how many, the products, their variants.

    Where nothing is found there is one at most, to name the category. Raises Category.DoesNotExist.
    """
    goods = query.goods(owner)
    categories, total = count_by_category(goods)
    here = None
    if slug is not None:
        here = next((category for category in categories if category.slug == slug), None) or _empty_category(slug)
        total = here.count
    paginator = Paginator(range(total), PRODUCTS_A_PAGE)
    if query.page > paginator.num_pages:
        query = query.corrected(paginator.num_pages, _("There is no such page: this is the last one."))
    start = (query.page - 1) * PRODUCTS_A_PAGE
    found = page_of_products(goods, category=slug, sort=query.sort, start=start, count=PRODUCTS_A_PAGE) if total else []
    return Listing(query, here, categories, paginator, offers_of(found, owner))


def _empty_category(slug: str) -> CategoryCount:
    return CategoryCount(slug, Category.objects.get(slug=slug).name, 0)
