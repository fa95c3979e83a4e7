"""The answer to what a list's address asks for: one page of offers, and how many there are in each category."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Count, DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from cart.owners import Owner
from cart.selectors import expired_holds
from core.rows import instances
from inventory.models import Category, Product, ProductVariant
from shop.finding.wanted import Wanted
from shop.finding.words import matching
from shop.offers import Offer
from shop.selectors import PRODUCTS_A_PAGE, offers_of, products_on_sale

# SQL and its parameters.
Statement = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Shelf:
    """A category, and how many of what is wanted are in it."""

    slug: str
    name: str
    count: int


@dataclass(frozen=True)
class Listing:
    """One page. `wanted` is what was asked for, put right where there is no such page; `here` the category, if any."""

    wanted: Wanted
    here: Shelf | None
    shelves: list[Shelf]
    paginator: "Paginator[int]"
    offers: list[Offer]

    @property
    def total(self) -> int:
        return self.paginator.count

    @property
    def everywhere(self) -> int:
        """How many there are in all categories."""
        return sum(shelf.count for shelf in self.shelves)

    @property
    def first(self) -> int:
        return (self.wanted.page - 1) * PRODUCTS_A_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.offers) - 1


def find(wanted: Wanted, slug: str | None, owner: Owner | None) -> Listing:
    """The page that is wanted, of a category or of all goods. 3 queries: how many, the products, their variants.

    Where nothing is found there is one at most, to name the category. Raises Category.DoesNotExist.
    """
    products = None if wanted.is_whole else _filtered(products_on_sale(), wanted, owner)
    shelves, total = _shelves(products)
    here = None
    if slug is not None:
        here = next((shelf for shelf in shelves if shelf.slug == slug), None) or _empty_shelf(slug)
        total = here.count
    paginator = Paginator(range(total), PRODUCTS_A_PAGE)
    if wanted.page > paginator.num_pages:
        wanted = wanted.corrected(paginator.num_pages, _("There is no such page: this is the last one."))
    found = _page(products, slug, wanted) if total else []
    return Listing(wanted, here, shelves, paginator, offers_of(found, owner))


def _filtered(products: QuerySet[Product], wanted: Wanted, owner: Owner | None) -> QuerySet[Product]:
    if wanted.text:
        products = matching(products, wanted.text)
    if wanted.is_filtered:
        products = products.filter(Exists(_variants_wanted(wanted, owner)))
    return products


def _variants_wanted(wanted: Wanted, owner: Owner | None) -> QuerySet[ProductVariant]:
    """A product is wanted for any variant that has the price and is free, as this shopper meets it."""
    variants = ProductVariant.objects.filter(product=OuterRef("pk"), is_active=True)
    bounds: dict[str, Decimal | None] = {"price__gte": wanted.least, "price__lte": wanted.most}
    variants = variants.filter(**{name: bound for name, bound in bounds.items() if bound is not None})
    if not wanted.in_stock:
        return variants
    expired = expired_holds(owner).filter(product_variant=OuterRef("pk"))
    return variants.filter(Q(stock_quantity__gt=0) | Q(Exists(expired)))


def _shelves(products: QuerySet[Product] | None) -> tuple[list[Shelf], int]:
    """Categories with how many are in each, and how many there are: also those that have no category yet."""
    rows = _rows_of_everything() if products is None else list(_counted(products))
    return [Shelf(*row) for row in rows if row[0] is not None], sum(row[2] for row in rows)


def _counted(products: QuerySet[Product]) -> Any:
    by_category = products.order_by("category__place", "category__name").values("category__slug", "category__name")
    return by_category.annotate(count=Count("pk")).values_list("category__slug", "category__name", "count")


def _rows_of_everything() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(*_count_of_everything())
        return list(cursor.fetchall())


@cache
def _count_of_everything() -> Statement:
    """Always the same statement: to put it together costs a tenth of the page, and far more than to run it."""
    statement: Statement = _counted(products_on_sale()).query.sql_with_params()
    return statement


def _page(products: QuerySet[Product] | None, slug: str | None, wanted: Wanted) -> Iterable[Product]:
    if products is None:
        return instances(Product, *_page_of_everything(slug, wanted.sort, wanted.page))
    return _cut(products, slug, wanted.sort, wanted.page)


@lru_cache(maxsize=1024)  # of 2 KB each
def _page_of_everything(slug: str | None, sort: str, page: int) -> Statement:
    """The other statement that is asked most, and that costs a tenth of the page to put together."""
    statement: Statement = _cut(products_on_sale(), slug, sort, page).query.sql_with_params()
    return statement


def _cut(products: QuerySet[Product], slug: str | None, sort: str, page: int) -> QuerySet[Product]:
    start = (page - 1) * PRODUCTS_A_PAGE
    here = products if slug is None else products.filter(category__slug=slug)
    return _sorted(here, sort)[start : start + PRODUCTS_A_PAGE]


def _empty_shelf(slug: str) -> Shelf:
    return Shelf(slug, Category.objects.get(slug=slug).name, 0)


def _sorted(products: QuerySet[Product], sort: str) -> QuerySet[Product]:
    match sort:
        case "relevance":
            return products.order_by(F("rank").desc(), "name", "id")
        case "cheapest":
            return products.annotate(lowest=_lowest_price()).order_by("lowest", "name", "id")
        case "dearest":
            return products.annotate(lowest=_lowest_price()).order_by("-lowest", "name", "id")
        case "newest":
            return products.order_by("-id")
        case "popular":
            return products.order_by("-units_sold", "-id")
    return products.order_by("name", "id")


def _lowest_price() -> Subquery:
    on_sale = ProductVariant.objects.filter(product=OuterRef("pk"), is_active=True).order_by("price")
    return Subquery(on_sale.values("price")[:1], output_field=DecimalField())
