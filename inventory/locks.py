"""All row locks of this app: in id order, FOR NO KEY UPDATE, evaluated at once. See docs/locking.md."""

from collections.abc import Iterable

from core.locks import AdvisoryLock
from inventory.imports.models import ImportJob
from inventory.models import Category, LowStockAlert, Producer, Product, ProductVariant, TaxClass


def lock_products(product_ids: Iterable[int]) -> None:
    """Lock products in id order until the transaction ends. Call it before locking any of their variants.

    Saving a variant also writes its product's row (the triggers of migration 0006), so the opposite order can deadlock.
    """
    rows = Product.objects.filter(pk__in=set(product_ids)).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def lock_variants(variant_ids: Iterable[int]) -> list[ProductVariant]:
    """Lock variants in id order until the transaction ends, and return them.

    Raises TransactionManagementError outside a transaction.
    """
    rows = ProductVariant.objects.filter(pk__in=list(variant_ids)).order_by("pk")
    return list(rows.select_for_update(no_key=True))


def lock_category(category_id: int) -> Category | None:
    """Lock a category, after its products. None if it does not exist."""
    return Category.objects.filter(pk=category_id).select_for_update(no_key=True).first()


def lock_producers(producer_ids: Iterable[int]) -> list[Producer]:
    """Lock producers in id order, after their products, and return those that exist."""
    rows = Producer.objects.filter(pk__in=set(producer_ids)).order_by("pk")
    return list(rows.select_for_update(no_key=True))


def lock_tax_classes() -> list[TaxClass]:
    """Lock all tax classes, also against a new one, for a command that decides which one is the default."""
    AdvisoryLock.TAX_CLASSES.acquire()
    return list(TaxClass.objects.order_by("pk").select_for_update(no_key=True))


def lock_import(job_id: int, *, wait: bool = True) -> ImportJob | None:
    """Lock an import and return it. None if it does not exist or, without `wait`, if another transaction has it."""
    return ImportJob.objects.filter(pk=job_id).select_for_update(no_key=True, skip_locked=not wait).first()


def lock_open_alerts(alert_ids: Iterable[int]) -> list[LowStockAlert]:
    """Lock the open ones of these alerts in id order, and return them with their variants."""
    rows = LowStockAlert.objects.open().filter(pk__in=list(alert_ids)).select_related("variant").order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))


def lock_alerts_to_notify() -> list[LowStockAlert]:
    """Lock the alerts with unsent changes, except those that another transaction has locked."""
    rows = LowStockAlert.objects.with_unsent_changes().select_related("variant__product").order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True, skip_locked=True))


def lock_alerts(variant_ids: Iterable[int]) -> None:
    """Serialise the opening and closing of alerts of these variants, without the row locks that shoppers need."""
    # A key has 32 bits and an id 64. Two variants that share a key only wait for each other.
    AdvisoryLock.ALERTS.acquire({variant_id % 2**31 for variant_id in variant_ids})
