"""How goods and their prices read, on pages, in orders and in mails alike."""

from decimal import Decimal

from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext as _

from inventory.catalogue.naming import ONLY_VARIANT
from inventory.models import ProductVariant


def full_name(variant: ProductVariant) -> str:
    """The product's name, with what tells this variant from its siblings: Paper Parasol (Pink).

    The caller has fetched the product with the variant.
    """
    if variant.name in {ONLY_VARIANT, variant.product.name}:
        return variant.product.name
    return _("%(product)s (%(variant)s)") % {"product": variant.product.name, "variant": variant.name}


def money(amount: Decimal) -> str:
    """An amount in the shop's currency, grouped as the language does: £1,234.50."""
    number = formats.number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"{settings.SHOP_CURRENCY_SYMBOL}{number}"
