"""Tags and filters for the shop's templates."""

import uuid

from django import template
from django.conf import settings
from django.template import Context
from django.urls import reverse
from django.utils.translation import ngettext

from shop import wording
from shop.cart import undo
from shop.orders import again_report

register = template.Library()

register.filter("money", wording.money)
register.filter("clock_time", wording.clock_time)
register.filter("full_name", wording.full_name)
register.filter("undo", undo.undo_of)
register.filter("again_report", again_report.report_of)


@register.simple_tag
def shop_name() -> str:
    """SHOP_NAME. It is a tag, so that pages without a context have it too."""
    return str(settings.SHOP_NAME)


@register.simple_tag
def hold_time(kind: str) -> str:
    """How long items of a "guest" or "user" are held: 30 minutes."""
    minutes = int(settings.SHOP_HOLD_MINUTES[kind])
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


@register.simple_tag
def ends_soon(minutes: int) -> str:
    """What a page says of the hold that ends first when so many minutes, begun ones too, are left."""
    return ngettext(
        "An item in your cart is held for at most %(count)d more minute.",
        "An item in your cart is held for at most %(count)d more minutes.",
        minutes,
    ) % {"count": minutes}


@register.simple_tag
def fresh_key() -> str:
    """A new idempotency key for a form. A form that is posted twice counts once."""
    return uuid.uuid4().hex


@register.simple_tag(takes_context=True)
def page_url(context: Context, number: int) -> str:
    """The URL of another page of this list, with its search and filters."""
    query = context["query"].query_string(page=number)
    return f"?{query}" if query else str(context["request"].path)


@register.simple_tag(takes_context=True)
def list_url(context: Context, slug: str | None = None) -> str:
    """The URL of this list's first page in another category, or in all."""
    path = reverse("shop:category", args=[slug]) if slug else reverse("shop:catalogue")
    query = context["query"].query_string(page=1)
    return f"{path}?{query}" if query else path
