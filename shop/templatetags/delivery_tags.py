"""Tags and filters for delivery: `{{ offer.arrives|arrival }}`, and `{% country_choice delivery %}` of the cart."""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString

from core.countries import country_choices
from shop import wording
from shop.cart.delivery import CartDelivery
from shop.postal import LongSelect

register = template.Library()

register.filter("arrival", wording.arrival)


@register.simple_tag
def country_choice(delivery: CartDelivery) -> SafeString:
    """The select of the countries that we deliver to, and of the one that is assumed."""
    chosen = delivery.parcel.country
    choices = [(code, name) for code, name in country_choices() if code == chosen or delivery.prices.delivers_to(code)]
    return _country_select(chosen, tuple(choices))


@lru_cache(maxsize=256)  # of 12 KB each
def _country_select(chosen: str, choices: tuple[tuple[str, str], ...]) -> SafeString:
    """Cached, since all countries cost a quarter of the cart's page. The names in `choices` are of one language."""
    return LongSelect({"autocomplete": "country"}, choices).render("country", chosen, {"id": "country"})
