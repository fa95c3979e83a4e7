"""Questions about products and stock: lists of products on sale, and stock as a person saw it.

Each function states its query count; a function that returns a queryset runs none itself.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.models import Count, DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value

from core.rows import instances
from inventory.models import MISSES_SAFETY_DATA, Product, ProductVariant, StockMovement
from inventory.price_now import with_price_now
from inventory.search import rank_matches


@dataclass(frozen=True)
class StockSeen:
    """Stock as a person saw it: units on hand, and the id of the last movement in the ledger then (0 if none).

    The id shows what the number cannot: that five units were taken and five given back since.
    """

    on_hand: int
    movement_id: int


def stock_seen(variant: ProductVariant) -> StockSeen:
    """Return the stock of this variant as it was loaded, for `move_stock` to compare. 1 query."""
    last = StockMovement.objects.filter(variant=variant).values_list("pk", flat=True).first()
    return StockSeen(on_hand=variant.on_hand, movement_id=last or 0)


# SQL and its parameters.
Statement = tuple[str, tuple[Any, ...]]


class Sort(StrEnum):
    """The sort orders of a list. `RELEVANCE` needs a search text."""

    RELEVANCE = "relevance"
    POPULAR = "popular"
    NAME = "name"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    NEWEST = "newest"


@dataclass(frozen=True)
class GoodsFilter:
    """Which products a list has: those that match all words of `text` and have a variant that fits.

    A variant fits if its price is between the bounds and it meets `available`, a condition on variants such as
    `cart.selectors.available_to`. None means no bound or no condition.
    """

    text: str = ""
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    available: Q | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the list has all products on sale."""
        return self == GoodsFilter()


@dataclass(frozen=True)
class CategoryCount:
    """A category, and how many products of a list it has."""

    slug: str
    name: str
    count: int


def products_on_sale() -> QuerySet[Product]:
    """Return the listed products that have an active variant."""
    on_sale = ProductVariant.objects.filter(product=OuterRef("pk"), is_active=True)
    return Product.objects.filter(Exists(on_sale), is_listed=True)


def products_without_safety_data() -> QuerySet[Product]:
    """Return the products on sale of which nobody has named the producer, or said which warnings there are, if any."""
    return products_on_sale().filter(MISSES_SAFETY_DATA)


def count_by_category(goods: GoodsFilter) -> tuple[list[CategoryCount], int]:
    """Return the categories that have some of these products, and the count of all, products without one included.

    1 query.
    """
    rows = _counted_whole() if goods.is_empty else list(_counted(_filtered(goods)))
    return [CategoryCount(*row) for row in rows if row[0] is not None], sum(row[2] for row in rows)


def page_of_products(goods: GoodsFilter, *, category: str | None, sort: Sort, start: int, count: int) -> list[Product]:
    """Return `count` of these products from index `start` on. 1 query.

    Arguments: the slug of a category, or None for all; the order. `Sort.RELEVANCE` needs a `text`, and gives each
    product its `rank`.
    """
    if goods.is_empty:
        return instances(Product, *_page_of_whole(category, sort, start, count))
    return list(_page(_filtered(goods), category, sort, start, count))


def best_sellers_and_newest(count: int) -> tuple[list[Product], list[Product]]:
    """Return `count` products that sold best, and of the others the `count` newest. 1 query."""
    found = instances(Product, *_best_sellers_and_newest(count))
    best = {product.pk: product for product in found if not product.is_newest}  # type: ignore[attr-defined]
    newest = {product.pk: product for product in found if product.pk not in best}
    by_sales = sorted(best.values(), key=lambda product: (product.units_sold, product.pk), reverse=True)
    return by_sales, [newest[pk] for pk in sorted(newest, reverse=True)[:count]]


@cache
def _best_sellers_and_newest(count: int) -> Statement:
    """Cached as those below. Twice as many of the newest, since the best sellers may be among them."""
    goods = products_on_sale()
    best = _sorted(goods.annotate(is_newest=Value(False)), Sort.POPULAR)[:count]
    newest = _sorted(goods.annotate(is_newest=Value(True)), Sort.NEWEST)[: 2 * count]
    (best_sql, best_values), (newest_sql, newest_values) = (part.query.sql_with_params() for part in (best, newest))
    # Not `union()`, which names the columns anew.
    return f"({best_sql}) UNION ALL ({newest_sql})", (*best_values, *newest_values)


def _filtered(goods: GoodsFilter) -> QuerySet[Product]:
    products = products_on_sale()
    if goods.text:
        products = rank_matches(products, goods.text)
    bounds: dict[str, Decimal | None] = {"price_now__gte": goods.min_price, "price_now__lte": goods.max_price}
    conditions = Q(**{name: bound for name, bound in bounds.items() if bound is not None}) & (goods.available or Q())
    if conditions:
        variants = ProductVariant.objects.filter(product=OuterRef("pk"), is_active=True)
        products = products.filter(Exists(with_price_now(variants).filter(conditions)))
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
    """Cached, since it never changes: building it costs a tenth of the page, far more than running it."""
    statement: Statement = _counted(products_on_sale()).query.sql_with_params()
    return statement


@lru_cache(maxsize=1024)  # of 2 KB each
def _page_of_whole(category: str | None, sort: Sort, start: int, count: int) -> Statement:
    """Cached for the same reason: building it costs a tenth of the page too."""
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
    on_sale = with_price_now(ProductVariant.objects.filter(product=OuterRef("pk"), is_active=True))
    return Subquery(on_sale.order_by("price_now").values("price_now")[:1], output_field=DecimalField())
