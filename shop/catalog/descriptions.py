"""What search engines and link previews are told of goods: a sentence, and structured data of schema.org."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from shop.catalog.offers import Offer, VariantOffer
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


def description_of(offer: Offer) -> str:
    """A sentence about the product, for search results and links."""
    words = {"name": offer.product.name, "price": money(offer.lowest_price), "state": offer.availability.text}
    if offer.has_price_range:
        return _("%(name)s, from %(price)s. %(state)s. Held for you from the moment you add it.") % words
    return _("%(name)s for %(price)s. %(state)s. Held for you from the moment you add it.") % words


def structured(offer: Offer, absolute: Callable[[str], str], picture: str) -> dict[str, Any]:
    """The product and an offer for each variant, as schema.org has it. `absolute` makes a path an absolute address."""
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": offer.product.name,
        "sku": offer.only.variant.sku if offer.only else offer.product.number,
        "url": absolute(offer.product.get_absolute_url()),
        "image": [picture],
        "description": description_of(offer),
        "offers": [_offer(choice, absolute(choice.variant.get_absolute_url())) for choice in offer.variants],
    }


def _offer(choice: VariantOffer, address: str) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "name": full_name(choice.variant),
        "sku": choice.variant.sku,
        "url": address,
        "price": str(choice.variant.price.quantize(Decimal("0.01"))),
        "priceCurrency": settings.SHOP_CURRENCY,
        "availability": _AVAILABILITY[choice.availability.code],
        "itemCondition": "https://schema.org/NewCondition",
    }


def as_script(data: dict[str, Any]) -> SafeString:
    """The data as a script element that no browser runs."""
    text = json.dumps(data, ensure_ascii=False).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308 - escaped above
