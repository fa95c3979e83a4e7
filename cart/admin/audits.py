"""What the audits of all stock found."""

from django.contrib import admin

from cart.models import StockAudit
from core.admin.base import ReadOnlyAdmin


@admin.register(StockAudit)
class StockAuditAdmin(ReadOnlyAdmin):
    """The last 90 days of audits, the newest first."""

    list_display = ["ran_at", "variants_checked", "difference_count", "left_count"]
