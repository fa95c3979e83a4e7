"""Row locks of this app: ordered by id, weaker than a key update, always evaluated. See docs/locking.md."""

from collections.abc import Iterable

from core.locks import AdvisoryLock
from inventory.imports.models import ImportJob
from inventory.models import LowStockAlert, Product, ProductVariant


def lock_products(product_ids: Iterable[int]) -> None:
    """Lock products in id order until the transaction ends. Before any variant of theirs.

    A variant that is saved writes its product's words (the triggers of migration 0006), so whoever came to the variant
    first would meet whoever came to the product first.
    """
    rows = Product.objects.filter(pk__in=set(product_ids)).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def lock_variants(variant_ids: Iterable[int]) -> list[ProductVariant]:
    """Lock variants in id order until the transaction ends, and return them.

    Raises TransactionManagementError outside a transaction.
    """
    rows = ProductVariant.objects.filter(pk__in=list(variant_ids)).order_by("pk")
    return list(rows.select_for_update(no_key=True))


def lock_import(job_id: int, *, wait: bool = True) -> ImportJob | None:
    """Lock an import and return it; None if there is none, or, without `wait`, if a worker has it."""
    return ImportJob.objects.filter(pk=job_id).select_for_update(no_key=True, skip_locked=not wait).first()


def lock_open_alerts(alert_ids: Iterable[int]) -> list[LowStockAlert]:
    """Lock those of these alerts that are open."""
    rows = LowStockAlert.objects.open().filter(pk__in=list(alert_ids)).select_related("variant").order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))


def lock_alerts_to_notify() -> list[LowStockAlert]:
    """Lock the alerts that changed since anybody was told, those aside that somebody else is changing or telling."""
    rows = LowStockAlert.objects.news().select_related("variant__product").order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True, skip_locked=True))


def lock_alerts(variant_ids: Iterable[int]) -> None:
    """Serialise whoever opens or closes the alerts of these variants, without touching the shoppers' row locks."""
    # The key's half has 32 bits and an id has 64. Two variants that share a lock only wait for each other.
    AdvisoryLock.ALERTS.acquire({variant_id % 2**31 for variant_id in variant_ids})
