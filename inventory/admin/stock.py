"""The ledger, to read."""

from django.contrib import admin

from core.admin.base import ReadOnlyAdmin
from inventory.models import StockMovement


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "variant", "kind", "delta", "balance_after", "reason", "actor"]
    list_filter = ["kind"]
    list_select_related = ["variant", "actor"]
    search_fields = ["variant__sku__startswith"]  # by its index: reasons are looked for in an export
