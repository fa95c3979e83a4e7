"""Money, times and goods in words, for pages and messages alike."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cart.models import CartItem
from core.text import date_and_time
from core.text import money as money
from inventory.models import ProductVariant
from inventory.wording import full_name as full_name

_LINES_TOLD = 6


def clock_time(moment: datetime) -> str:
    """The time of day in the shop's time zone, with the day where that is not today: 14:35, or 3 May 2026, 09:00."""
    local = timezone.localtime(moment)
    is_today = local.date() == timezone.localdate()
    return formats.time_format(local, "TIME_FORMAT") if is_today else date_and_time(moment)


def arrival(days: tuple[date, date] | None) -> str:
    """Between which days an order arrives: Arrives Tue 1 Dec to Thu 3 Dec. Empty for None."""
    if days is None:
        return ""
    first, last = (formats.date_format(day, "D j M") for day in days)
    return (
        _("Arrives %(first)s") % {"first": first}
        if first == last
        else _("Arrives %(first)s to %(last)s")
        % {
            "first": first,
            "last": last,
        }
    )


def counted(units: int, variant: ProductVariant) -> str:
    """So many of a variant: 2 × Paper Parasol (Pink)."""  # noqa: RUF002
    return f"{units} × {full_name(variant)}"  # noqa: RUF001


def price_change(name: str, *, before: Iterable[Decimal], now: Decimal) -> str:
    """Say that a line of the cart has a new price. Arguments: the prices of a unit shown so far, and the new one."""
    facts = {"name": name, "now": money(now), "before": " / ".join(money(price) for price in before)}
    return _("%(name)s now costs %(now)s each, for all in your cart; it was %(before)s.") % facts


def at_most_a_few(texts: list[str]) -> list[str]:
    """The first of the messages about lines of a cart, and how many there are more: a cookie of 2 KB stores them."""
    told = texts[:_LINES_TOLD]
    if more := len(texts) - len(told):
        text = ngettext(
            "%(count)d more line has changed; please look through your cart.",
            "%(count)d more lines have changed; please look through your cart.",
            more,
        )
        told.append(text % {"count": more})
    return told


def line_price_change(line: CartItem) -> str:
    """The same for a line that a command has just changed; empty where its price stayed."""
    if line.price_before is None:
        return ""
    return price_change(full_name(line.product_variant), before=[line.price_before], now=line.price)


def line_price(line: CartItem) -> str:
    """The price of a unit of a line that was just added to: the page may have shown an older one."""
    return line_price_change(line) or _("%(price)s each.") % {"price": money(line.price)}
