"""Tags of the owner's pages: their text, the links and ways to pay in the footer, the picture of an empty page."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.markdown import rendered
from orders.payments import providers
from pages.selectors import Link, shown
from shop.catalog.pictures import EMPTY, category_picture

register = template.Library()

register.filter("markdown", rendered)


@register.simple_tag
def owner_pages() -> tuple[Link, ...]:
    """Links to the published pages of the footer. It is a tag, so that pages without a context have them too."""
    return shown().footer


@register.simple_tag
def ways_to_pay() -> list[str]:
    """The names of the ways to pay that are offered."""
    return [str(provider.label) for provider in providers()]


@register.simple_tag
def empty_picture() -> SafeString:
    """A picture for a page with nothing on it; it is decoration."""
    return format_html('<img class="empty-picture" src="{}" alt="" width="240" height="240">', category_picture(EMPTY))
