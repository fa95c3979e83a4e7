"""`list_products` and `activate_variants`: put many products or variants on sale, or take them off, in one command."""

from collections.abc import Collection

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from core.errors import NothingChanged
from core.transactions import command
from inventory.locks import lock_products, lock_variants
from inventory.models import Product, ProductVariant


@command
def list_products(*, product_ids: Collection[int], listed: bool, actor: User) -> int:
    """Show products to shoppers, or hide them. Returns how many were not so before: only these get a log entry.

    Raises NothingChanged if all are so already, or gone.
    """
    lock_products(product_ids)
    changed = list(Product.objects.filter(pk__in=product_ids, is_listed=not listed))
    if not changed:
        raise NothingChanged(_("All of them are so already. Nothing was changed."))
    Product.objects.filter(pk__in=[product.pk for product in changed]).update(is_listed=listed)
    LogEntry.objects.log_actions(actor.pk, changed, CHANGE, "Listed" if listed else "No longer listed")
    return len(changed)


@command
def activate_variants(*, variant_ids: Collection[int], active: bool, actor: User) -> int:
    """Put variants on sale, or take them off. Returns how many were not so before: only these get a log entry.

    Carts keep what they hold. Raises NothingChanged if all are so already, or gone.
    """
    # The trigger of a variant writes the search words of its product.
    lock_products(ProductVariant.objects.filter(pk__in=variant_ids).values_list("product_id", flat=True))
    changed = [variant for variant in lock_variants(variant_ids) if variant.is_active != active]
    if not changed:
        raise NothingChanged(_("All of them are so already. Nothing was changed."))
    ProductVariant.objects.filter(pk__in=[variant.pk for variant in changed]).update(is_active=active)
    LogEntry.objects.log_actions(actor.pk, changed, CHANGE, "Put on sale" if active else "Taken off sale")
    return len(changed)
