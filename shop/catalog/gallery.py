"""The photographs on the page of a product: `with_photos` loads them with it, `gallery_of` puts them in order."""

from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.urls import reverse

from inventory.models import Product, ProductPhoto, ProductVariant


class Shot(NamedTuple):
    """A photograph on the page. `alt` is what it shows, empty if staff do not say."""

    name: str
    alt: str

    @property
    def small(self) -> str:
        """Its address in the size of a card."""
        return reverse("shop:photo", args=[self.name, "card"])

    @property
    def large(self) -> str:
        """Its address in full size."""
        return reverse("shop:photo", args=[self.name, "page"])


def with_photos(products: QuerySet[Product]) -> QuerySet[Product]:
    """Return the products with their photographs, for `gallery_of`, in the same query."""
    photos = ProductPhoto.objects.filter(product=OuterRef("pk"))
    return products.annotate(photo_names=ArraySubquery(photos.values("name")), alts=ArraySubquery(photos.values("alt")))


def gallery_of(product: Any, variant: ProductVariant) -> list[Shot]:
    """Return the photographs of a product from `with_photos`, that of the chosen variant first. None: it is drawn."""
    shots = [Shot(*shot) for shot in zip(product.photo_names, product.alts, strict=True)]
    first = variant.photo or product.photo
    if not first:
        return []
    chosen = next((shot for shot in shots if shot.name == first), Shot(first, ""))
    return [chosen, *(shot for shot in shots if shot.name != first)]
