"""Tags and filters for the shop's templates."""

import uuid

from django import template
from django.conf import settings
from django.template import Context
from django.urls import reverse

from shop import wording
from shop.cart import undo

register = template.Library()

register.filter("money", wording.money)
register.filter("clock_time", wording.clock_time)
register.filter("full_name", wording.full_name)
register.filter("undo", undo.undo_of)


@register.simple_tag
def shop_name() -> str:
    """SHOP_NAME. A tag, so that pages without a context have it too."""
    return str(settings.SHOP_NAME)


@register.simple_tag
def hold_minutes(kind: str) -> int:
    """How long a guest's or a user's items are held."""
    return int(settings.SHOP_HOLD_MINUTES[kind])


@register.simple_tag
def fresh_key() -> str:
    """A new idempotency key for a form. Posted twice, the form counts once."""
    return uuid.uuid4().hex


@register.simple_tag(takes_context=True)
def page_url(context: Context, number: int) -> str:
    """The address of another page of this list, with its search and filters."""
    query = context["query"].query_string(page=number)
    return f"?{query}" if query else str(context["request"].path)


@register.simple_tag(takes_context=True)
def list_url(context: Context, slug: str | None = None) -> str:
    """The address of this list in another category, or in all, from its first page."""
    path = reverse("shop:category", args=[slug]) if slug else reverse("shop:catalogue")
    query = context["query"].query_string(page=1)
    return f"{path}?{query}" if query else path
