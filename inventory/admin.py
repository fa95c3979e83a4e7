"""Goods and stock for staff. Stock is read here, and changed by services only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from inventory.models import LowStockAlert, Product, ProductVariant, StockMovement


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """A list to read: nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class VariantInline(TabularInline):  # type: ignore[misc]
    """The variants of a product, with their stock to read."""

    model = ProductVariant
    fields = ["sku", "name", "price", "low_stock_threshold", "is_active", "stock_quantity", "reserved_quantity"]
    readonly_fields = ["stock_quantity", "reserved_quantity"]
    extra = 0
    can_delete = False


@admin.register(Product)
class ProductAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["name", "number"]
    search_fields = ["name", "number", "variants__sku"]
    prepopulated_fields = {"slug": ["name", "number"]}
    inlines = [VariantInline]


@admin.register(ProductVariant)
class ProductVariantAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["sku", "product", "name", "price", "stock_quantity", "reserved_quantity", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["product"]
    search_fields = ["sku", "product__name"]
    autocomplete_fields = ["product"]
    readonly_fields = ["stock_quantity", "reserved_quantity"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A variant is taken off sale, not deleted: its ledger stays."""
        return False


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "variant", "kind", "delta", "balance_after", "reason", "actor"]
    list_filter = ["kind"]
    list_select_related = ["variant", "actor"]
    search_fields = ["variant__sku", "reason", "cause"]


@admin.register(LowStockAlert)
class LowStockAlertAdmin(ReadOnlyAdmin):
    list_display = ["variant", "level", "stock_when_opened", "opened_at", "closed_at"]
    list_filter = ["level", ("closed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["variant"]
    search_fields = ["variant__sku"]
