"""Lines and what they hold."""

from django.contrib import admin

from cart.models import CartItem
from staff.admin import ReadOnlyAdmin


@admin.register(CartItem)
class CartItemAdmin(ReadOnlyAdmin):
    list_display = ["id", "cart", "product_variant", "quantity", "total_price", "reserved_quantity", "reserved_until"]
    list_filter = [("reserved_until", admin.EmptyFieldListFilter)]
    list_select_related = ["cart", "product_variant"]
    search_fields = ["=cart__id", "product_variant__sku"]
