"""Tags of the owner's pages: their text, the links and ways to pay in the footer, the picture of an empty page."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory.selectors import CategoryCount, GoodsFilter, count_by_category
from orders.payments import providers
from pages.selectors import Link, shown
from shop.catalog.descriptions import as_html
from shop.catalog.pictures import EMPTY, category_picture
from shop.catalog.selectors import largest_categories

register = template.Library()

register.filter("markdown", as_html)


@register.simple_tag
def owner_pages() -> tuple[Link, ...]:
    """Links to the published pages of the footer. It is a tag, so that pages without a context have them too."""
    return shown().footer


@register.simple_tag
def ways_to_pay() -> list[str]:
    """The names of the ways to pay that are offered."""
    return [str(provider.label) for provider in providers()]


@register.simple_tag
def categories_to_look_at() -> list[CategoryCount]:
    """The largest categories, for a page with nothing on it. 1 query."""
    return largest_categories(count_by_category(GoodsFilter())[0])


@register.simple_tag
def empty_picture() -> SafeString:
    """A picture for a page with nothing on it; it is decoration."""
    return format_html('<img class="empty-picture" src="{}" alt="" width="240" height="240">', category_picture(EMPTY))
