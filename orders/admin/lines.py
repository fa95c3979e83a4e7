"""All lines of all orders: what was sold, for the books and for whoever asks who bought a thing."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin.base import ReadOnlyAdmin
from core.admin.decorators import display
from core.admin.search import any_of
from inventory.models import ProductVariant
from orders.admin.display import STATE_COLOURS
from orders.admin.filters import LinePlacedFilter
from orders.models import Order, OrderLine


@admin.register(OrderLine)
class OrderLineAdmin(ReadOnlyAdmin):
    list_display = ["order", "placed", "state", "sku", "name", "price", "quantity", "total", "returned_quantity"]
    list_filter = [LinePlacedFilter, "order__state"]
    list_select_related = ["order"]
    search_fields = ["sku"]  # that there is a search at all; see `get_search_results`
    search_help_text = "A whole SKU, or the number of an order"
    fields = ["order", ("sku", "name"), ("price", "quantity", "total"), "returned_quantity"]
    ordering = ["-id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OrderLine], search_term: str
    ) -> tuple[QuerySet[OrderLine], bool]:
        term, lines = search_term.strip().upper(), OrderLine.objects
        if not term:
            return queryset, False
        by_sku = lines.filter(variant__in=ProductVariant.objects.filter(sku=term))
        return any_of(queryset, by_sku, lines.filter(order__in=Order.objects.filter(number=term))), False

    @display(description="Placed", ordering="order__created_at")
    def placed(self, line: OrderLine) -> object:
        return line.order.created_at

    @display(description="State", label=STATE_COLOURS)
    def state(self, line: OrderLine) -> str:
        return line.order.get_state_display()
