"""Lists of goods on sale: how many are in each category, and one page of them in an order. See docs/search.md."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.models import Count, DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery

from core.rows import instances
from inventory.models import Product, ProductVariant
from inventory.search import rank_matches

# SQL and its parameters.
Statement = tuple[str, tuple[Any, ...]]


class Sort(StrEnum):
    """The orders of a list. `RELEVANCE` is for lists that were searched for by words."""

    RELEVANCE = "relevance"
    POPULAR = "popular"
    NAME = "name"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    NEWEST = "newest"


@dataclass(frozen=True)
class GoodsFilter:
    """What a list leaves out: goods without all words of `text`, and those of which no variant fits.

    A variant fits that has a price between the bounds and meets `available`, a condition on variants such as
    `cart.selectors.available_to`. None stands for no bound and no condition.
    """

    text: str = ""
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    available: Q | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left out."""
        return self == GoodsFilter()


@dataclass(frozen=True)
class CategoryCount:
    """A category, and how many products of a list are in it."""

    slug: str
    name: str
    count: int


def products_on_sale() -> QuerySet[Product]:
    """Listed products of which at least one variant is sold."""
    on_sale = ProductVariant.objects.filter(product=OuterRef("pk"), is_active=True)
    return Product.objects.filter(Exists(on_sale), is_listed=True)


def count_by_category(goods: GoodsFilter) -> tuple[list[CategoryCount], int]:
    """Categories that have some of these goods, and how many there are in all, with those of no category. 1 query."""
    rows = _counted_whole() if goods.is_empty else list(_counted(_filtered(goods)))
    return [CategoryCount(*row) for row in rows if row[0] is not None], sum(row[2] for row in rows)


def page_of_products(goods: GoodsFilter, *, category: str | None, sort: Sort, start: int, count: int) -> list[Product]:
    """So many of these goods from a place on, of the category with this slug or of all. 1 query.

    By `Sort.RELEVANCE` each has a `rank`; that needs a `text`.
    """
    if goods.is_empty:
        return instances(Product, *_page_of_whole(category, sort, start, count))
    return list(_page(_filtered(goods), category, sort, start, count))


def _filtered(goods: GoodsFilter) -> QuerySet[Product]:
    products = products_on_sale()
    if goods.text:
        products = rank_matches(products, goods.text)
    bounds: dict[str, Decimal | None] = {"price__gte": goods.min_price, "price__lte": goods.max_price}
    conditions = Q(**{name: bound for name, bound in bounds.items() if bound is not None}) & (goods.available or Q())
    if conditions:
        variants = ProductVariant.objects.filter(product=OuterRef("pk"), is_active=True)
        products = products.filter(Exists(variants.filter(conditions)))
    return products


def _counted(products: QuerySet[Product]) -> Any:
    by_category = products.order_by("category__place", "category__name").values("category__slug", "category__name")
    return by_category.annotate(count=Count("pk")).values_list("category__slug", "category__name", "count")


def _counted_whole() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(*_count_of_whole())
        return list(cursor.fetchall())


@cache
def _count_of_whole() -> Statement:
    """Always the same statement: to put it together costs a tenth of the page, and far more than to run it."""
    statement: Statement = _counted(products_on_sale()).query.sql_with_params()
    return statement


@lru_cache(maxsize=1024)  # of 2 KB each
def _page_of_whole(category: str | None, sort: Sort, start: int, count: int) -> Statement:
    """The other statement that is asked most, and that costs a tenth of the page to put together."""
    statement: Statement = _page(products_on_sale(), category, sort, start, count).query.sql_with_params()
    return statement


def _page(products: QuerySet[Product], category: str | None, sort: Sort, start: int, count: int) -> QuerySet[Product]:
    here = products if category is None else products.filter(category__slug=category)
    return _sorted(here, sort)[start : start + count]


def _sorted(products: QuerySet[Product], sort: Sort) -> QuerySet[Product]:
    match sort:
        case Sort.RELEVANCE:
            return products.order_by(F("rank").desc(), "name", "id")
        case Sort.CHEAPEST:
            return products.annotate(lowest=_lowest_price()).order_by("lowest", "name", "id")
        case Sort.DEAREST:
            return products.annotate(lowest=_lowest_price()).order_by("-lowest", "name", "id")
        case Sort.NEWEST:
            return products.order_by("-id")
        case Sort.POPULAR:
            return products.order_by("-units_sold", "-id")
        case Sort.NAME:
            return products.order_by("name", "id")


def _lowest_price() -> Subquery:
    on_sale = ProductVariant.objects.filter(product=OuterRef("pk"), is_active=True).order_by("price")
    return Subquery(on_sale.values("price")[:1], output_field=DecimalField())
