"""Carts and their lines for staff: to read. What shoppers hold is changed by them, and by services."""

from django.contrib import admin
from unfold.admin import TabularInline

from cart.models import Cart, CartItem
from staff.admin import ReadOnlyAdmin


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
