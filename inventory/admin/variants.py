"""Variants for staff, and the history of their prices."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline

from core.admin.base import ReadOnlyAdmin
from core.admin.search import any_of
from inventory.admin.refusals import ServiceAdmin
from inventory.forms import VariantForm
from inventory.models import PriceChange, ProductVariant
from inventory.search import products_matching
from inventory.services import save_variant


class PriceChangeInline(TabularInline):  # type: ignore[misc]
    """The prices that a variant had."""

    model = PriceChange
    fields = ["created_at", "old_price", "new_price", "actor", "cause"]
    readonly_fields = fields
    verbose_name_plural = "price history"
    extra = 0
    per_page = 10
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("actor", "variant")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ProductVariantAdmin(ServiceAdmin):
    """Everything of a variant but its stock. `cart` adds the page that moves it, and registers the whole."""

    form = VariantForm
    fields = [
        "product",
        "sku",
        "name",
        "price",
        "low_stock_threshold",
        "is_active",
        "stock_quantity",
        "reserved_quantity",
    ]
    readonly_fields = ["stock_quantity", "reserved_quantity"]
    list_display = ["sku", "product", "name", "price", "stock_quantity", "reserved_quantity", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["product"]
    search_fields = ["sku"]  # that there is a search at all; see `get_search_results`
    search_help_text = "The beginning of an SKU, or words of the product's name"
    autocomplete_fields = ["product"]
    inlines = [PriceChangeInline]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ProductVariant], search_term: str
    ) -> tuple[QuerySet[ProductVariant], bool]:
        term, variants = search_term.strip(), ProductVariant.objects
        if not term:
            return queryset, False
        by_sku = variants.filter(sku__startswith=term.upper())
        return any_of(queryset, by_sku, variants.filter(product__in=products_matching(term))), False

    def save_model(self, request: HttpRequest, obj: ProductVariant, form: VariantForm, change: bool) -> None:
        save_variant(variant=obj, fields=form.changed_data, actor=cast(User, request.user), price_seen=form.price_seen)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A variant is taken off sale, not deleted: its ledger stays."""
        return False


@admin.register(PriceChange)
class PriceChangeAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "variant", "old_price", "new_price", "actor", "cause"]
    list_select_related = ["variant", "actor"]
    search_fields = ["variant__sku__startswith"]  # by its index, as in the ledger
