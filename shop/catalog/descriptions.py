"""What search engines and link previews are told of goods: a sentence, and structured data of schema.org.

The description of staff goes before the sentence about the price.
"""

import json
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from core.markdown import plain, rendered
from inventory.models import Product
from shop.catalog.offers import Offer, VariantOffer
from shop.catalog.safety import manufacturer
from shop.catalog.structured import breadcrumb_list
from shop.wording import full_name, money

_AVAILABILITY = {
    "in_stock": "https://schema.org/InStock",
    "only_n_left": "https://schema.org/LimitedAvailability",
    "all_in_yours": "https://schema.org/LimitedAvailability",
    "all_in_carts": "https://schema.org/OutOfStock",
    "sold_out": "https://schema.org/SoldOut",
}
# As `django.utils.html.json_script` does: no name can end the element or begin another.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


_CACHED = 512  # descriptions, of some KB each
_SNIPPET = 160  # characters that search engines show
as_html = lru_cache(maxsize=_CACHED)(rendered)
as_text = lru_cache(maxsize=_CACHED)(plain)


def snippet_of(offer: Offer) -> str:
    """How the description begins, or a sentence about the product: for search results and links."""
    return Truncator(as_text(offer.product.description)).chars(_SNIPPET) or description_of(offer)


def description_of(offer: Offer) -> str:
    """A sentence about the product and its price. Not of what is left: it is quoted elsewhere when that has changed."""
    words = {"name": offer.product.name, "price": money(offer.lowest_price.now)}
    if offer.has_price_range:
        return _("%(name)s, from %(price)s. Held for you from the moment you add it.") % words
    return _("%(name)s for %(price)s. Held for you from the moment you add it.") % words


def structured(offer: Offer, absolute: Callable[[str], str], pictures: list[str]) -> dict[str, Any]:
    """The product and an offer for each variant, as schema.org has it.

    Arguments: `absolute` makes a path an absolute address; `pictures` are absolute addresses.
    """
    producer = offer.product.producer
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": offer.product.name,
        "sku": offer.only.variant.sku if offer.only else offer.product.number,
        "url": absolute(offer.product.get_absolute_url()),
        "image": pictures,
        "description": as_text(offer.product.description) or description_of(offer),
        "additionalProperty": [
            {"@type": "PropertyValue", "name": name, "value": value} for name, value in offer.product.fact_pairs
        ],
        **({"manufacturer": manufacturer(producer)} if producer else {}),
        "offers": [_offer(choice, absolute(choice.variant.get_absolute_url())) for choice in offer.variants],
    }


def breadcrumbs(product: Product, absolute: Callable[[str], str]) -> dict[str, Any]:
    """The way to the product, as the page shows it, for search engines. The caller has fetched the category."""
    steps = [(_("All goods"), reverse("shop:catalogue"))]
    steps += [(product.category.name, product.category.get_absolute_url())] if product.category else []
    steps.append((product.name, product.get_absolute_url()))
    return breadcrumb_list((name, absolute(address)) for name, address in steps)


def _offer(choice: VariantOffer, address: str) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "@type": "Offer",
        "name": full_name(choice.variant),
        "sku": choice.variant.sku,
        "url": address,
        "price": _amount(choice.price.now),
        "priceCurrency": settings.SHOP_CURRENCY,
        "availability": _AVAILABILITY[choice.availability.code],
        "itemCondition": "https://schema.org/NewCondition",
    }
    if choice.price.lowest_before is not None:
        facts["priceSpecification"] = {
            "@type": "UnitPriceSpecification",
            "priceType": "https://schema.org/StrikethroughPrice",
            "price": _amount(choice.price.lowest_before),
            "priceCurrency": settings.SHOP_CURRENCY,
        }
    return facts


def _amount(price: Decimal) -> str:
    return str(price.quantize(Decimal("0.01")))


def as_script(data: list[dict[str, Any]]) -> SafeString:
    """The data as a script element that no browser runs."""
    text = json.dumps(data, ensure_ascii=False).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308 - escaped above
