"""Admin of the price history and of the stock ledger, both read-only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from core.admin.base import ReadOnlyAdmin
from core.admin.decorators import money_column
from inventory.models import PriceChange, StockMovement


class PriceChangeInline(TabularInline):  # type: ignore[misc]
    """The price history of a variant, read-only."""

    model = PriceChange
    fields = ["created_at", "was", "now", "actor", "cause"]
    readonly_fields = fields
    was, now = money_column("old_price", "Old price"), money_column("new_price", "New price")
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


@admin.register(PriceChange)
class PriceChangeAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "variant", "was", "now", "actor", "cause"]
    export_fields = ["created_at", "variant", "old_price", "new_price", "actor", "cause"]
    was, now = money_column("old_price", "Old price"), money_column("new_price", "New price")
    list_select_related = ["variant", "actor"]
    search_fields = ["variant__sku__istartswith"]  # by its index, as in the ledger


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "variant", "kind", "delta", "balance_after", "reason", "actor"]
    list_filter = ["kind"]
    list_select_related = ["variant", "actor"]
    search_fields = ["variant__sku__istartswith"]  # by its index: reasons are looked for in an export
