"""Carts and their lines for staff: to read. What shoppers hold is changed by them, and by services."""

from django.contrib import admin
from unfold.admin import TabularInline

from cart.models import Cart, CartItem, StockAudit
from inventory.admin import ReadOnlyAdmin


class CartItemInline(TabularInline):  # type: ignore[misc]
    model = CartItem
    fields = ["product_variant", "quantity", "price", "total_price", "reserved_quantity", "reserved_until"]
    readonly_fields = fields
    extra = 0
    can_delete = False


@admin.register(Cart)
class CartAdmin(ReadOnlyAdmin):
    list_display = ["id", "user", "status", "total_price", "created_at", "updated_at"]
    list_filter = ["status", ("user", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["=id", "user__username"]
    inlines = [CartItemInline]


@admin.register(CartItem)
class CartItemAdmin(ReadOnlyAdmin):
    list_display = ["id", "cart", "product_variant", "quantity", "total_price", "reserved_quantity", "reserved_until"]
    list_filter = [("reserved_until", admin.EmptyFieldListFilter)]
    list_select_related = ["cart", "product_variant"]
    search_fields = ["=cart__id", "product_variant__sku"]


@admin.register(StockAudit)
class StockAuditAdmin(ReadOnlyAdmin):
    """The last 90 days of audits, the newest first."""

    list_display = ["ran_at", "variants_checked", "difference_count", "left_count"]
