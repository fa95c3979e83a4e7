"""The cards below a product: `with_related` loads their products with it, `Related` is what the page shows."""

import json
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, F, OuterRef, QuerySet, Value, When
from django.db.models.functions import JSONObject

from inventory.models import MOST_RELATED, Product, RelatedProduct
from inventory.selectors import products_on_sale
from shop.catalog.offers import Offer

# More than are shown: those that are sold out just now come last.
_FAVOURITES = 2 * MOST_RELATED
_FOR_A_CARD = ("id", "slug", "name", "number", "photo")


@dataclass(frozen=True)
class Related:
    """The offers below a product: bought together with it, or else the favourites of its category."""

    offers: tuple[Offer, ...] = ()
    is_bought_together: bool = False


def with_related(products: QuerySet[Product]) -> QuerySet[Product]:
    """Return the products with what `related_products` reads, in the same query: the page has no statement for it."""
    pairs = RelatedProduct.objects.filter(product=OuterRef("pk"), other__in=products_on_sale())
    favourites = products_on_sale().filter(category=OuterRef("category")).exclude(pk=OuterRef("pk"))
    best = favourites.order_by("-units_sold", "-id")[:_FAVOURITES]
    return products.annotate(
        bought_together=ArraySubquery(pairs.values(card=_card("other__"))),
        # Not asked for where there are pairs.
        favourites=Case(When(Exists(pairs), then=Value(None)), default=ArraySubquery(best.values(card=_card()))),
    )


def related_products(product: Any) -> list[Product]:
    """The products of the cards, as far as a card needs them. `product` is from `with_related`."""
    return [Product(**json.loads(card)) for card in product.bought_together or product.favourites or []]


def related_of(product: Any, offers: list[Offer]) -> Related:
    """What the page of `product` shows of the offers of its `related_products`: those that can be had come first."""
    had_first = sorted(offers, key=lambda offer: not offer.can_add)
    return Related(tuple(had_first[:MOST_RELATED]), is_bought_together=bool(product.bought_together))


def _card(prefix: str = "") -> JSONObject:
    return JSONObject(**{name: F(prefix + name) for name in _FOR_A_CARD})
