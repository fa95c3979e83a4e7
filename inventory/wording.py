"""Text about products: `full_name` of a variant, and `price_jump`, a warning about a likely typing error."""

from decimal import Decimal

from django.utils.translation import gettext as _

from core.text import money
from inventory.models import ONLY_VARIANT, ProductVariant


def full_name(variant: ProductVariant) -> str:
    """Return the product's name with the variant's name, as in "Paper Parasol (Pink)".

    The caller has fetched the product with the variant.
    """
    if variant.name in {ONLY_VARIANT, variant.product.name}:
        return variant.product.name
    return _("%(product)s (%(variant)s)") % {"product": variant.product.name, "variant": variant.name}


_TIMES = 3


def price_jump(before: Decimal | None, after: Decimal) -> str:
    """Return what is unusual about a new price: it is 0, over three times the old one, or under a third of it.

    Arguments: prices of a unit; `before` is None for a new variant. Returns "" if nothing is unusual.
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
