"""What the cart's page tells after "Order again": `Report`, which travels as a tag of a message.

A guest has no session, and fifty lines in words are too long for the cookie of the messages. So the tag has the order's
number and two or three characters for each line; the page reads the names.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.models import Order, OrderLine
from orders.selectors import lines_to_report
from orders.services.again import LineAgain, Outcome
from shop.wording import money

_TAG = re.compile(r"\bagain-(?P<number>[0-9A-Z]{4}-[0-9A-Z]{4})-(?P<lines>[a-z0-9.]+)")
_IN_THE_CART = {Outcome.ADDED, Outcome.ADDED_BEFORE}


@dataclass(frozen=True)
class ReportLine:
    """A line of the order: its units, its name, what to say of it, and a link with its words, if one leads on."""

    quantity: int
    name: str
    text: str
    address: str = ""
    link: str = ""


@dataclass(frozen=True)
class Report:
    """The lines of which there is something to say, and those that were added as they were ordered."""

    told: Sequence[ReportLine]
    added: Sequence[ReportLine]


def summary(order: Order, done: Sequence[LineAgain]) -> tuple[int, str]:
    """The level and the text of the message that carries the report."""
    if all(_is_whole(each) for each in done):
        level, text = messages.SUCCESS, _("All goods of order %(number)s are in your cart.")
    elif any(each.units for each in done):
        level, text = messages.WARNING, _("A part of order %(number)s is in your cart. The list says what is missing.")
    else:
        level, text = messages.ERROR, _("Nothing of order %(number)s could be added to your cart.")
    return level, text % {"number": order.number}


def report_tag(order: Order, done: Sequence[LineAgain]) -> str:
    """The tag of a message that carries this report."""
    return f"again-{order.number}-" + ".".join(f"{each.outcome}{each.units}" for each in done)


def report_of(message: Message) -> Report | None:
    """The report that this message carries; None where it carries none, which costs no query. 1 query."""
    found = _TAG.search(message.extra_tags or "")
    if found is None:
        return None
    lines = lines_to_report(found["number"])
    done = [
        LineAgain(line, Outcome(said[0]), int(said[1:]))
        for line, said in zip(lines, found["lines"].split("."), strict=True)
    ]
    rows = [(each, _row(each)) for each in done]
    told = [row for each, row in rows if not _is_whole(each) or row.text]
    return Report(told=told, added=[row for each, row in rows if _is_whole(each) and not row.text])


def _is_whole(each: LineAgain) -> bool:
    return each.outcome in _IN_THE_CART and each.units == each.line.quantity


def _row(each: LineAgain) -> ReportLine:
    text = " ".join(filter(None, [_of_units(each), _of_price(each)]))
    address, link = ("", "") if _is_whole(each) else _way_on(each)
    return ReportLine(each.line.quantity, each.line.name, text, address, link)


def _of_units(each: LineAgain) -> str:
    """What to say of the units; nothing where all are in the cart."""
    if _is_whole(each):
        return ""
    if each.outcome == Outcome.FEWER and not each.units:
        return _("Not added: fewer are free than your cart had of it.")
    texts = {
        Outcome.ADDED_BEFORE: _("Added before; %(units)d of %(quantity)d are in your cart now."),
        Outcome.FEWER: _("%(units)d of %(quantity)d added: no more are free just now."),
        Outcome.CAPPED: _("%(units)d of %(quantity)d added: a cart takes no more. Please order the rest separately."),
        Outcome.IN_CARTS: _("Not added: all of them are in other carts just now. They may become free again."),
        Outcome.SOLD_OUT: _("Not added: sold out."),
        Outcome.NOT_SOLD: _("Not added: no longer on sale."),
    }
    return texts[each.outcome] % {"units": each.units, "quantity": each.line.quantity}


def _of_price(each: LineAgain) -> str:
    now = each.line.price_now  # type: ignore[attr-defined]
    if not each.units or now == each.line.price:
        return ""
    return _("Now %(now)s each; it was %(before)s in that order.") % {
        "now": money(now),
        "before": money(each.line.price),
    }


def _way_on(each: LineAgain) -> tuple[str, str]:
    """The page of the item or, where it is no longer sold, of its product's others, its category, or all goods."""
    variant = each.line.variant
    if each.outcome != Outcome.NOT_SOLD:
        return variant.get_absolute_url(), _("See the item")
    if _has_others(each.line):
        return variant.product.get_absolute_url(), _("See what else there is of it")
    if category := variant.product.category:
        return category.get_absolute_url(), _("See more of %(category)s") % {"category": category.name}
    return reverse("shop:catalogue"), _("See all goods")


def _has_others(line: OrderLine) -> bool:
    return line.variant.product.is_listed and bool(line.has_others)  # type: ignore[attr-defined]
