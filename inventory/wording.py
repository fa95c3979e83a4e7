"""How goods read, on pages, in orders and in e-mails alike."""

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
