"""Tags of the owner's pages: their text, the links and ways to pay in the footer, the picture of an empty page."""

from django import template
from django.urls import reverse
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
def pages_about_sending() -> list[Link]:
    """Links to the owner's pages about delivery and returns, those that are published in the footer."""
    addresses = {reverse("shop:page", args=[slug]) for slug in ("delivery", "returns")}
    return [link for link in shown().footer if link.address in addresses]


@register.simple_tag
def line_of_facts() -> str:
    """What the owner says on the front page in a line: what delivery costs, how long goods can be returned."""
    return shown().front.facts


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
