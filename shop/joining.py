"""Logging in with a full cart: what the guest chose comes along, and the shopper is told what did not."""

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cart.errors import Busy
from cart.services import merge_guest_cart
from cart.services.merging import CutBy, MergedLine
from inventory.models import ProductVariant
from shop.shoppers import Shopper
from shop.wording import full_name

logger = logging.getLogger(__name__)

# Messages travel in a cookie, which holds 2 KB.
_LINES_TOLD, _LONGEST_NAME = 6, 60


def bring_guest_cart(sender: Any, request: HttpRequest | None, user: AbstractBaseUser, **kwargs: Any) -> None:
    """Receiver of `user_logged_in`, whichever page the log-in was on.

    A merge that fails must not keep anybody out: the cookie is kept then, and the next log-in tries again.
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
    for text in _changes(merged):
        messages.warning(request, text)


def _changes(merged: list[MergedLine]) -> list[str]:
    """One sentence a line whose units changed; no query where none did."""
    cut = [line for line in merged if line.cut_by]
    if not cut:
        return []
    variants = ProductVariant.objects.select_related("product").in_bulk([line.variant_id for line in cut])
    told = [_sentence(line, variants[line.variant_id]) for line in cut[:_LINES_TOLD]]
    if more := len(cut) - len(told):
        told.append(
            ngettext("%(count)d more line was cut too.", "%(count)d more lines were cut too.", more) % {"count": more}
        )
    return told


def _sentence(line: MergedLine, variant: ProductVariant) -> str:
    facts = {"name": full_name(variant)[:_LONGEST_NAME], "kept": line.units_after, "of": line.units_before}
    if line.cut_by == CutBy.LINE_CAP:
        return _("%(name)s: %(kept)d of %(of)d kept, the most we sell of an item to one cart.") % facts
    if line.cut_by == CutBy.CART_CAP:
        return _("%(name)s: %(kept)d of %(of)d kept, your cart is full.") % facts
    return _("%(name)s: %(kept)d of %(of)d kept, the rest is no longer free.") % facts
