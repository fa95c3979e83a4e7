"""Cards in templates: `{% card offer %}` in a list of goods."""

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from shop import cards
from shop.offers import Offer
from shop.templatetags.shop_tags import fresh_key

register = template.Library()


@register.simple_tag(takes_context=True)
def card(context: Context, offer: Offer) -> SafeString:
    """The card of an offer, with a form that comes back to the page that is shown."""
    slots = {"csrf_token": context["csrf_token"], "key": fresh_key(), "here": context["request"].get_full_path()}
    return cards.card_html(cards.card_of(offer), slots)
