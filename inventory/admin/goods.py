"""Goods for staff: products, variants, prices, pictures, categories. Stock is read here only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import TabularInline

from inventory.categories import category_of
from inventory.forms import ProductForm
from inventory.models import Category, Product, ProductVariant
from inventory.photos import photo_keep
from inventory.sorting import categories_ensure
from staff.admin import StaffAdmin


class VariantInline(TabularInline):  # type: ignore[misc]
    """The variants of a product, with their stock to read."""

    model = ProductVariant
    fields = ["sku", "name", "price", "low_stock_threshold", "is_active", "stock_quantity", "reserved_quantity"]
    readonly_fields = ["stock_quantity", "reserved_quantity"]
    extra = 0
    can_delete = False


@admin.register(Category)
class CategoryAdmin(StaffAdmin):
    list_display = ["name", "slug", "place"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Product)
class ProductAdmin(StaffAdmin):
    form = ProductForm
    fields = ["number", "name", "slug", "category", "is_listed", "picture", "photograph", "remove_photograph"]
    readonly_fields = ["picture"]
    list_display = ["name", "number", "category"]
    list_filter = ["category"]
    list_select_related = ["category"]
    search_fields = ["name", "number", "variants__sku"]
    prepopulated_fields = {"slug": ["name", "number"]}
    inlines = [VariantInline]

    @admin.display(description="Photograph now")
    def picture(self, product: Product) -> str:
        if not product.photo:
            return "None: the shop draws it."
        address = reverse("shop:photo", args=[product.photo, "card"])
        return format_html('<img src="{}" alt="" style="max-width: 20rem; max-height: 15rem">', address)

    def save_model(self, request: HttpRequest, obj: Product, form: ProductForm, change: bool) -> None:
        """The photograph that was sent, and the category of the name where none was chosen."""
        if photo := form.cleaned_data.get("photograph"):
            obj.photo = photo_keep(photo)
        elif form.cleaned_data.get("remove_photograph"):
            obj.photo = ""
        if obj.category_id is None:
            obj.category_id = categories_ensure()[category_of(obj.name)]
        super().save_model(request, obj, form, change)


@admin.register(ProductVariant)
class ProductVariantAdmin(StaffAdmin):
    list_display = ["sku", "product", "name", "price", "stock_quantity", "reserved_quantity", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["product"]
    search_fields = ["sku", "product__name"]
    autocomplete_fields = ["product"]
    readonly_fields = ["stock_quantity", "reserved_quantity"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A variant is taken off sale, not deleted: its ledger stays."""
        return False
