"""How goods read everywhere, and what forms and imports ask of a price that is likely a slip of the finger."""

from decimal import Decimal

from django.utils.translation import gettext as _

from core.money import money
from inventory.models import ONLY_VARIANT, ProductVariant


def full_name(variant: ProductVariant) -> str:
    """The product's name, with what tells this variant from its siblings: Paper Parasol (Pink).

    The caller has fetched the product with the variant.
    """
    if variant.name in {ONLY_VARIANT, variant.product.name}:
        return variant.product.name
    return _("%(product)s (%(variant)s)") % {"product": variant.product.name, "variant": variant.name}


_TIMES = 3


def price_jump(before: Decimal | None, after: Decimal) -> str:
    """Say what is unusual about a new price: it is nothing, or more than three times the old one, or less than a third.

    Arguments: the price until now, None for what is new. Returns an empty text where nothing is.
    """
    if before == after:
        return ""
    change = f"{money(before)} → {money(after)}" if before is not None else money(after)
    if not after:
        return _("%(change)s: nothing at all.") % {"change": change}
    if before is None:
        return ""
    if not before:
        return _("%(change)s: until now it was nothing.") % {"change": change}
    if after > _TIMES * before:
        return _("%(change)s: %(times).1f times as much.") % {"change": change, "times": after / before}
    if before > _TIMES * after:
        return _("%(change)s: until now it was %(times).1f times as much.") % {
            "change": change,
            "times": before / after,
        }
    return ""
