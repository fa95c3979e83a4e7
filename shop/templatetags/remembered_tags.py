"""Tags for cached fragments: `{% card offer %}`, `{% cart_line row %}`, `{% category_tiles categories %}`."""

from collections.abc import Iterable

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString

from inventory.selectors import CategoryCount
from shop.cart.rows import Row, line_facts
from shop.catalog.offers import Offer, card_of
from shop.fragment_cache import remembered
from shop.templatetags.shop_tags import fresh_key

register = template.Library()


# How many cards of a list are on the first screen: those in a row on a desk, and two rows on a phone.
_FIRST_CARDS = 4


@register.simple_tag(takes_context=True)
def card(context: Context, offer: Offer, rank: int | None = None) -> SafeString:
    """The card of an offer, with a form that returns to the present page. `rank` is its place in a list, from 1."""
    is_first = rank is not None and rank <= _FIRST_CARDS
    slots = {
        "loading": lambda: "eager" if is_first else "lazy",
        "priority": lambda: "high" if is_first else "auto",
        "csrf_token": lambda: str(context["csrf_token"]),
        "new_guest": lambda: str(context["new_guest"]),
        "key": fresh_key,
        "here": context["request"].get_full_path,
    }
    return remembered("shop/_card.html", slots, card=card_of(offer))


@register.simple_tag(takes_context=True)
def cart_line(context: Context, row: Row) -> SafeString:
    """A line of the cart. Its id and what was typed are filled into the cached fragment."""
    line_id = row.line.pk
    address, remove_address = (reverse(f"shop:{name}", args=[line_id]) for name in ("cart_line", "cart_line_remove"))
    slots = {
        "csrf_token": lambda: str(context["csrf_token"]),
        "key": fresh_key,
        "id": lambda: str(line_id),
        "quantity": lambda: row.quantity,
        "address": lambda: address,
        "remove_address": lambda: remove_address,
        "reclaim_address": lambda: reverse("shop:cart_line_reclaim", args=[line_id]),
    }
    return remembered("shop/_line.html", slots, line=line_facts(row))


@register.simple_tag
def category_tiles(categories: Iterable[CategoryCount]) -> SafeString:
    """A tile for each category."""
    return remembered("shop/_category_tiles.html", {}, categories=tuple(categories))
