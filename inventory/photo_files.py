"""The files of photographs that no product shows any more. They are deleted after the commit: until then, and after a
rollback, pages still show them.
"""

from collections.abc import Collection
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.signals import post_delete, pre_save

from inventory.models import Product
from inventory.photos import SIZES, photo_path


def connect() -> None:
    """Connect the receivers once; called by `InventoryConfig.ready`."""
    pre_save.connect(product_saving, sender=Product, dispatch_uid="inventory.product_saving")
    post_delete.connect(product_deleted, sender=Product, dispatch_uid="inventory.product_deleted")


def product_saving(
    sender: type[Product], instance: Product, raw: bool, update_fields: Collection[str] | None, **kwargs: Any
) -> None:
    """A product is about to be saved, perhaps with another photograph or none."""
    if raw or instance._state.adding or (update_fields is not None and "photo" not in update_fields):
        return
    before = Product.objects.filter(pk=instance.pk).values_list("photo", flat=True).first()
    if before and before != instance.photo:
        _drop_after_commit(before)


def product_deleted(sender: type[Product], instance: Product, **kwargs: Any) -> None:
    """A product is gone, and its photograph with it."""
    if instance.photo:
        _drop_after_commit(instance.photo)


def _drop_after_commit(name: str) -> None:
    def drop() -> None:
        # Named by its content, a photograph may be shown by two products.
        if not Product.objects.filter(photo=name).exists():
            for size in SIZES:
                default_storage.delete(photo_path(name, size))

    transaction.on_commit(drop, robust=True)  # a storage that fails leaves a file, not an error after the commit
