"""Low stock, and what staff did about it."""

from django.contrib import admin

from inventory.models import LowStockAlert
from staff.admin import ReadOnlyAdmin


@admin.register(LowStockAlert)
class LowStockAlertAdmin(ReadOnlyAdmin):
    list_display = ["variant", "level", "stock_when_opened", "opened_at", "closed_at"]
    list_filter = ["level", ("closed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["variant"]
    search_fields = ["variant__sku"]
