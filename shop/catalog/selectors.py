"""What the pages of goods read: `read_listing`, and offers by slug or variant. Each states its query count."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F

from cart.owners import Owner
from cart.selectors import variants_on_sale
from core.rows import instances
from inventory.categories import category_rule
from inventory.models import Category, Product, ProductVariant
from inventory.search import nearest_spelling
from inventory.selectors import CategoryCount, GoodsFilter, count_by_category, page_of_products
from shop.catalog.gallery import with_photos
from shop.catalog.offers import Offer, VariantOffer
from shop.catalog.query import ListQuery
from shop.catalog.related import Related, related_of, related_products, with_related
from shop.catalog.safety import take_producer, with_producer
from shop.paging import nearest_page

PRODUCTS_A_PAGE = 24
_IN_A_ROW = 6  # categories beside the chosen one
_TILES = 10


def offers_of(products: Iterable[Product], owner: Owner | None) -> list[Offer]:
    """The products that have a variant on sale, with those variants, as this shopper could buy them.

    1 query beside that of `products`; none without products.
    """
    found = {product.pk: product for product in products}
    if not found:
        return []
    choices = defaultdict(list)
    for variant in variants_on_sale(list(found), owner):
        variant.product = found[variant.product_id]
        choices[variant.product_id].append(_variant_offer(variant))
    return [Offer(product, choices[product.pk]) for product in found.values() if product.pk in choices]


@dataclass(frozen=True)
class PageOffer(Offer):
    """A product with all that its page shows."""

    related: Related = field(default_factory=Related)


def offer_by_slug(slug: str, owner: Owner | None) -> PageOffer | None:
    """One product with all that its page shows, None unless it is on sale. 2 queries."""
    return _page_offer(_BY_SLUG, slug, owner)


def offer_with_variant(variant_id: int, owner: Owner | None) -> Offer | None:
    """The product that has this variant, None unless the variant is on sale. 2 queries."""
    offers = offers_of(Product.objects.filter(variants=variant_id), owner)
    return next((offer for offer in offers if offer.has_variant(variant_id)), None)


def page_offer_with_variant(variant_id: int, owner: Owner | None) -> PageOffer | None:
    """The same, with all that the product's page shows. 2 queries."""
    offer = _page_offer(_BY_VARIANT, variant_id, owner)
    return offer if offer and offer.has_variant(variant_id) else None


def variant_with_product(variant_id: int) -> ProductVariant:
    """A variant that is known to exist, to name it in a message. 1 query."""
    return ProductVariant.objects.select_related("product").get(pk=variant_id)


_BY_SLUG = "WHERE inventory_product.slug = %s"
_BY_VARIANT = "WHERE inventory_product.id = (SELECT product_id FROM inventory_productvariant WHERE id = %s)"


def _page_offer(where: str, value: object, owner: Owner | None) -> PageOffer | None:
    """The variants of the product and of those below it are read by one query."""
    sql, params = _products_with_all()
    product = next(iter(instances(Product, f"{sql} {where}", (*params, value))), None)
    if product is None:
        return None
    if product.category_id:
        slug, name = product.category_slug, product.category_name  # type: ignore[attr-defined]
        product.category = Category(pk=product.category_id, slug=slug, name=name)
    take_producer(product)
    offers = offers_of([product, *related_products(product)], owner)
    if not offers or offers[0].product is not product:
        return None
    return PageOffer(product, offers[0].variants, related_of(product, offers[1:]))


@cache
def _products_with_all() -> tuple[str, tuple[Any, ...]]:
    """Products with all that their page shows, to be followed by a condition.

    Cached, since it never changes: building it costs as much as all the rest of the page.
    """
    category = {"category_slug": F("category__slug"), "category_name": F("category__name")}
    products = with_producer(with_related(with_photos(Product.objects.order_by().annotate(**category))))
    statement: tuple[str, tuple[Any, ...]] = products.query.sql_with_params()
    return statement


def _variant_offer(variant: ProductVariant) -> VariantOffer:
    return VariantOffer(
        variant=variant,
        available=variant.available,  # type: ignore[attr-defined]
        first_hold_ends=variant.first_hold_ends,  # type: ignore[attr-defined]
    )


@dataclass(frozen=True)
class Listing:
    """One page of a list. `here`: the category. `query`: what was asked for, with the nearest page that there is.

    `typed`: where that found nothing, and the list is of the nearest spelling, which `query` then has. `elsewhere`: the
    categories of the shop, where the list is empty.
    """

    query: ListQuery
    here: CategoryCount | None
    categories: list[CategoryCount]
    paginator: "Paginator[int]"
    offers: list[Offer]
    typed: str = ""
    elsewhere: tuple[CategoryCount, ...] = ()

    @property
    def other_categories(self) -> dict[str, list[CategoryCount]]:
        """The categories to go to: the `first`, which are in a row, and `more`."""
        others = [category for category in self.categories if not (self.here and category.slug == self.here.slug)]
        return {"first": others[:_IN_A_ROW], "more": others[_IN_A_ROW:]}

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


def read_listing(query: ListQuery, slug: str | None, owner: Owner | None) -> Listing:
    """One page of a category or of all goods. 3 queries: how many, the products, their variants.

    Where nothing is found, up to four more: the nearest spelling, and how many it finds; or all categories, and the
    name of this one. Raises Category.DoesNotExist.
    """
    query, typed, categories, total = _find(query, owner)
    goods = query.goods(owner)
    here = None
    if slug is not None:
        here = next((category for category in categories if category.slug == slug), None) or _empty_category(slug)
        total = here.count
    paginator = Paginator(range(total), PRODUCTS_A_PAGE)
    query = replace(query, page=nearest_page(query.page, paginator))
    if not total:
        return Listing(query, here, categories, paginator, [], typed, tuple(count_by_category(GoodsFilter())[0]))
    start = (query.page - 1) * PRODUCTS_A_PAGE
    found = page_of_products(goods, category=slug, sort=query.sort, start=start, count=PRODUCTS_A_PAGE)
    return Listing(query, here, categories, paginator, offers_of(found, owner), typed)


def _find(query: ListQuery, owner: Owner | None) -> tuple[ListQuery, str, list[CategoryCount], int]:
    """The query, or the one of the nearest spelling with what was typed; its categories; and how many it finds."""
    categories, total = count_by_category(query.goods(owner))
    if query.text and not total and (near := nearest_spelling(query.text)):
        nearest = replace(query, text=near)
        categories_of_nearest, total_of_nearest = count_by_category(nearest.goods(owner))
        if total_of_nearest:
            return nearest, query.text, categories_of_nearest, total_of_nearest
    return query, "", categories, total


def largest_categories(counted: list[CategoryCount]) -> list[CategoryCount]:
    """Return at most ten of these, two rows on a desk, without the one of what fits no other; they keep their order."""
    rule = category_rule()
    named = [category for category in counted if not (rule and category.slug == rule.other)]
    largest = sorted(named, key=lambda category: category.count, reverse=True)[:_TILES]
    return [category for category in named if category in largest]


def _empty_category(slug: str) -> CategoryCount:
    return CategoryCount(slug, Category.objects.get(slug=slug).name, 0)
