"""How money, moments and goods read, on pages and in messages alike."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from inventory.catalogue.naming import ONLY_VARIANT
from inventory.models import ProductVariant


def money(amount: Decimal) -> str:
    """An amount in the shop's currency, grouped as the language does: £1,234.50."""
    number = formats.number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"{settings.SHOP_CURRENCY_SYMBOL}{number}"


def clock_time(moment: datetime) -> str:
    """The time of day in the shop's time zone, with the day where that is not today: 14:35, or 3 May 09:00."""
    local = timezone.localtime(moment)
    pattern = "H:i" if local.date() == timezone.localdate() else "j F H:i"
    return formats.date_format(local, pattern)


def full_name(variant: ProductVariant) -> str:
    """The product's name, with what tells this variant from its siblings: Paper Parasol (Pink).

    The caller has fetched the product with the variant.
    """
    if variant.name in {ONLY_VARIANT, variant.product.name}:
        return variant.product.name
    return _("%(product)s (%(variant)s)") % {"product": variant.product.name, "variant": variant.name}


def counted(units: int, variant: ProductVariant) -> str:
    """So many of a variant: 2 × Paper Parasol (Pink)."""  # noqa: RUF002
    return f"{units} × {full_name(variant)}"  # noqa: RUF001
