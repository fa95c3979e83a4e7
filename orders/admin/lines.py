"""The admin of order lines, to find all orders of a SKU."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin.base import ReadOnlyAdmin
from core.admin.decorators import display, money_column
from core.admin.filters import any_of
from orders.admin.display import STATE_COLOURS, LinePlacedFilter
from orders.models import OrderLine
from orders.selectors import find_orders


@admin.register(OrderLine)
class OrderLineAdmin(ReadOnlyAdmin):
    list_display = ["order", "placed", "state", "sku", "name", "each", "quantity", "in_all", "came_back"]
    export_fields = [
        *("order", "placed", "state", "sku", "name", "price", "quantity", "total", "tax_rate", "returned_quantity"),
    ]
    each, in_all = money_column("price", "Price"), money_column("total", "Total")
    list_filter = [LinePlacedFilter, "order__state"]
    list_select_related = ["order"]
    search_fields = ["sku"]  # that there is a search at all; see `get_search_results`
    search_help_text = "SKU, or the order's number, name or its beginnings, e-mail address or postcode"
    fields = ["order", ("sku", "name"), ("each", "quantity", "in_all"), "came_back"]
    readonly_fields = ["each", "in_all", "came_back"]
    ordering = ["-id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OrderLine], search_term: str
    ) -> tuple[QuerySet[OrderLine], bool]:
        term, lines = search_term.strip(), OrderLine.objects
        if not term:
            return queryset, False
        return any_of(queryset, lines.filter(sku__iexact=term), lines.filter(order__in=find_orders(term))), False

    @display(description="Came back", ordering="returned_quantity")
    def came_back(self, line: OrderLine) -> int:
        return line.returned_quantity

    @display(description="Placed", ordering="order__created_at")
    def placed(self, line: OrderLine) -> object:
        return line.order.created_at

    @display(description="State", label=STATE_COLOURS)
    def state(self, line: OrderLine) -> str:
        return line.order.get_state_display()
