"""The cards of a list: each is rendered once for all that it says, and remembered by it.

Nothing is kept that could grow stale: a card is asked for by every fact that its template is given, and these are read
anew for each page. The rest differs from page to page, and is put into the card's slots.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from django.template import Context, Template
from django.template.loader import get_template
from django.urls import get_script_prefix
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from shop.offers import Availability, Offer
from shop.pictures import Pictured, pictured

SLOTS = ("csrf_token", "key", "here")
# Around the name of a slot. PostgreSQL keeps no text that has it, so no name can pass for a slot.
_MARK = "\0"


class Card(NamedTuple):
    """The facts that a product's card says, and all of them: they are the key that it is remembered by."""

    product_id: int
    slug: str
    name: str
    picture: Pictured
    lowest_price: Decimal
    has_price_range: bool
    choices: int
    only_id: int | None
    state: Availability


def card_of(offer: Offer) -> Card:
    """What the card of this offer says. `only_id` is its variant, where there is nothing to choose."""
    product = offer.product
    return Card(
        product_id=product.pk,
        slug=product.slug,
        name=product.name,
        picture=pictured(product, offer.first_available.variant),
        lowest_price=offer.lowest_price,
        has_price_range=offer.has_price_range,
        choices=len(offer.variants),
        only_id=offer.only.variant.pk if offer.only else None,
        state=offer.availability,
    )


def card_html(card: Card, slots: Mapping[str, str]) -> SafeString:
    """The card as HTML, with what belongs into its slots."""
    template = get_template("shop/_card.html").template  # type: ignore[attr-defined]
    pieces = list(_pieces(template, card, (get_language(), get_script_prefix())))
    pieces[1::2] = [conditional_escape(slots[name]) for name in pieces[1::2]]
    return mark_safe("".join(pieces))  # noqa: S308 (pieces of a template, and what was escaped)


@lru_cache(maxsize=2048)  # of 2 KB each
def _pieces(template: Template, card: Card, surroundings: tuple[str | None, str]) -> tuple[str, ...]:
    """Text and names of slots in turn. `surroundings` is what a template knows without being told."""
    slots = {name: f"{_MARK}{name}{_MARK}" for name in SLOTS}
    return tuple(template.render(Context({"card": card, **slots})).split(_MARK))
