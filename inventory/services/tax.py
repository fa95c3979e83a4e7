"""Commands on tax classes and their rates. No order changes with them."""

from collections.abc import Collection

from core.transactions import command
from inventory.errors import DefaultTaxClass, TaxClassInUse
from inventory.locks import lock_tax_classes
from inventory.models import ProductVariant, TaxClass, TaxRate


@command
def save_tax_class(*, tax_class: TaxClass, fields: Collection[str]) -> None:
    """Insert a new tax class, or write these fields of an existing one. If it becomes the default, no other is.

    Raises DefaultTaxClass where the default class would no longer be it, and Busy.
    """
    classes = lock_tax_classes()
    defaults = {each.pk for each in classes if each.is_default} - {tax_class.pk}
    is_new = tax_class._state.adding
    if tax_class.is_default:
        TaxClass.objects.filter(pk__in=defaults).update(is_default=False)
    elif not is_new and not defaults and any(each.is_default for each in classes):
        raise DefaultTaxClass
    tax_class.save(update_fields=None if is_new else fields)


@command
def delete_tax_class(*, tax_class: TaxClass) -> None:
    """Delete a tax class and its rates. Raises DefaultTaxClass, TaxClassInUse and Busy."""
    lock_tax_classes()
    require_unused(tax_class)
    tax_class.delete()


def require_unused(tax_class: TaxClass) -> None:
    """Raise DefaultTaxClass or TaxClassInUse where a tax class cannot be deleted. 2 queries."""
    # Asked anew: a colleague may have made it the default one since it was read.
    if TaxClass.objects.filter(pk=tax_class.pk, is_default=True).exists():
        raise DefaultTaxClass
    if count := ProductVariant.objects.filter(tax_class=tax_class).count():
        raise TaxClassInUse(count)


@command
def save_tax_rate(*, rate: TaxRate, fields: Collection[str]) -> None:
    """Insert a new rate of a class in a country, or write these fields of an existing one. Raises Busy."""
    rate.save(update_fields=None if rate._state.adding else fields)


@command
def delete_tax_rate(*, rate: TaxRate) -> None:
    """Delete the rate of a country, where the class then has its rate of elsewhere. Raises Busy."""
    rate.delete()
