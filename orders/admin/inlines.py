"""What belongs to an order, to read on its page."""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline

from orders.models import OrderLine, OrderTransition, Payment, Refund


class ReadOnlyInline(TabularInline):  # type: ignore[misc]
    """Rows to read, seen by whoever sees the order."""

    extra = 0
    can_delete = False
    hide_title = True
    related: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        rows: QuerySet[Model] = super().get_queryset(request)
        return rows.select_related(*self.related) if self.related else rows

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("orders.view_order"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LineInline(ReadOnlyInline):
    model = OrderLine
    verbose_name_plural = "lines"
    fields = readonly_fields = ["sku", "name", "price", "quantity", "total", "returned_quantity"]


class PaymentInline(ReadOnlyInline):
    model = Payment
    fields = readonly_fields = ["provider", "amount", "status", "created_at", "settled_at", "reference"]


class RefundInline(ReadOnlyInline):
    model = Refund
    fields = readonly_fields = ["amount", "reason", "created_at", "sent_at", "sent_by"]
    related = ("sent_by",)


class TransitionInline(ReadOnlyInline):
    """Who brought it where, when and why. Nobody: the customer, a payment, or the clock."""

    model = OrderTransition
    verbose_name_plural = "log"
    fields = readonly_fields = ["created_at", "from_state", "to_state", "actor", "note"]
    related = ("actor",)
