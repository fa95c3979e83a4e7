"""`bring_guest_cart`: merges the guest's cart at log-in, and tells the shopper what changed."""

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cart.services import merge_guest_cart
from cart.services.merge import CutBy, MergedLine
from core.errors import Busy
from inventory.models import ProductVariant
from shop.accounts.shoppers import Shopper
from shop.wording import at_most_a_few, full_name, price_change

logger = logging.getLogger(__name__)

_LONGEST_NAME = 60  # messages are stored in a cookie of at most 2 KB


def bring_guest_cart(sender: Any, request: HttpRequest | None, user: AbstractBaseUser, **kwargs: Any) -> None:
    """Receiver of `user_logged_in`, on whichever page the log-in was. Raises UserGone.

    A failed merge does not prevent the log-in: the cookie stays, and the next log-in tries again.
    """
    shopper: Shopper | None = getattr(request, "shopper", None)
    if request is None or shopper is None or shopper.guest_token is None:
        return
    try:
        merged = merge_guest_cart(user_id=user.pk, guest_token=shopper.guest_token)
    except (Busy, DatabaseError):
        logger.exception("The guest's cart could not be merged at log-in.")
        messages.warning(
            request, _("Your items from before are kept, but could not be brought along yet. Log in again to do so.")
        )
        return
    shopper.forget_guest()
    if units := sum(line.units_after for line in merged if not (line.cut_by or line.units_own)):
        text = ngettext(
            "%(count)d item from before came along into your cart.",
            "%(count)d items from before came along into your cart.",
            units,
        )
        messages.success(request, text % {"count": units})
    for text in _changes(merged):
        messages.warning(request, text)


def _changes(merged: list[MergedLine]) -> list[str]:
    """A message for each line that is not as it was in one of the carts. No query if there is none."""
    changed = [line for line in merged if line.cut_by or line.units_own or line.prices_before]
    if not changed:
        return []
    variants = ProductVariant.objects.select_related("product").in_bulk([line.variant_id for line in changed])
    return at_most_a_few([_message(line, variants[line.variant_id]) for line in changed])


def _message(line: MergedLine, variant: ProductVariant) -> str:
    name = full_name(variant)[:_LONGEST_NAME]
    told = [_units(line, name)] if line.cut_by or line.units_own else []
    if line.price is not None:
        told.append(price_change(name, before=line.prices_before, now=line.price))
    return " ".join(told)


def _units(line: MergedLine, name: str) -> str:
    facts = {"name": name, "kept": line.units_after, "of": line.units_before}
    if line.cut_by == CutBy.LINE_CAP:
        return _("%(name)s: %(kept)d of %(of)d kept, the most we sell of an item to one cart.") % facts
    if line.cut_by == CutBy.CART_CAP:
        return _("%(name)s: %(kept)d of %(of)d kept, your cart is full.") % facts
    if line.cut_by == CutBy.SHORTAGE:
        return _("%(name)s: %(kept)d of %(of)d kept, the rest is no longer free.") % facts
    return _("%(name)s: %(kept)d in your cart now, with those of your account's cart.") % facts
