"""`PhotoInline`: the photographs in the page of a product."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import TabularInline

from core.admin.choices import ReadOnceField
from core.admin.number_fields import NUMBER_FIELDS
from core.admin.seen import SeenFormSet
from inventory.models import ProductPhoto, ProductVariant
from inventory.photo_forms import ProductPhotoForm


class PhotoInline(TabularInline):  # type: ignore[misc]
    """The photographs of a product: their order, what they show, and of which variant they are."""

    model = ProductPhoto
    form = ProductPhotoForm
    formset = SeenFormSet
    formfield_overrides = NUMBER_FIELDS
    fields = ["picture", "place", "alt", "variant"]
    readonly_fields = ["picture"]
    ordering_field = "place"
    extra = 0
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A photograph is added by the product's own field, several at once."""
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The variants of this product alone."""
        product = getattr(request.resolver_match, "kwargs", {}).get("object_id", "")
        of_product = ProductVariant.objects.filter(product=product if product.isdecimal() else None)
        return super().formfield_for_foreignkey(
            db_field, request, queryset=of_product, form_class=ReadOnceField, **kwargs
        )

    @admin.display(description="Photograph")
    def picture(self, photo: ProductPhoto) -> str:
        address = reverse("shop:photo", args=[photo.name, "card"])
        return format_html('<img src="{}" alt="" style="width: 8rem; height: 6rem; object-fit: contain">', address)
