"""`add_photos` and `change_photos`: commands on the photographs of a product."""

from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.db.models import Max

from inventory.locks import lock_products
from inventory.models import Product, ProductPhoto, ProductVariant
from inventory.photos import Photo, store_photos

# What the admin has to write of a photograph: the row, and the names of its changed columns.
Change = tuple[ProductPhoto, Collection[str]]


@transaction.atomic
def add_photos(*, product: Product, photos: Sequence[Photo]) -> int:
    """Store photographs, and put them behind those that the product has. Returns how many are new to it."""
    names = store_photos(photos)
    lock_products([product.pk])
    _take_over(product)
    known = set(product.photos.values_list("name", flat=True))
    new = [name for name in dict.fromkeys(names) if name not in known]
    last = product.photos.aggregate(last=Max("place"))["last"] or 0
    rows = (ProductPhoto(product=product, name=name, place=place) for place, name in enumerate(new, start=last + 1))
    ProductPhoto.objects.bulk_create(rows)
    _show_first(product)
    return len(new)


@transaction.atomic
def change_photos(*, product: Product, changes: Iterable[Change], removed: Iterable[ProductPhoto]) -> None:
    """Write the changed columns of photographs of a product, and delete others. The sweep deletes the files.

    Raises ValidationError for a value that the model refuses.
    """
    lock_products([product.pk])
    _take_over(product)
    for photo, fields in changes:
        photo.clean_fields(exclude={field.name for field in photo._meta.fields} - set(fields))
        photo.save(update_fields=fields)
    product.photos.filter(pk__in=[photo.pk for photo in removed]).delete()
    _show_first(product)


def _take_over(product: Product) -> None:
    """Give a row to a photograph that only the product's column names: a process of version 1.0 wrote it."""
    (name,) = Product.objects.filter(pk=product.pk).values_list("photo", flat=True)
    if name and not product.photos.filter(name=name).exists():
        ProductPhoto.objects.create(product=product, name=name)


def _show_first(product: Product) -> None:
    """Write the names of the first photographs to the product and its variants, where they differ."""
    rows = list(product.photos.values_list("name", "variant_id"))
    product.photo = rows[0][0] if rows else ""
    Product.objects.filter(pk=product.pk).exclude(photo=product.photo).update(photo=product.photo)
    first = {variant_id: name for name, variant_id in reversed(rows)}
    variants = ProductVariant.objects.filter(product=product).order_by("pk").values_list("pk", "photo")
    for variant_id, shown in list(variants):
        name = first.get(variant_id, "")
        if name != shown:
            ProductVariant.objects.filter(pk=variant_id).update(photo=name)
