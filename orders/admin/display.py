"""What the lists and pages of orders are made of: filters, inlines, colours of states, the address."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Model, Prefetch, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from unfold.admin import TabularInline
from unfold.forms import PaginationInlineFormSet

from core.admin.decorators import display, money_column
from core.admin.filters import ChoiceFilter, Choices
from core.days import start_of, today
from orders.models import Document, OrderLine, Payment, Refund
from orders.states import State

# Of django-unfold's labels, by what people read.
STATE_COLOURS = {
    State.PLACED.label: "warning",
    State.PAID.label: "info",
    State.SHIPPED.label: "success",
    State.CANCELLED.label: "default",
    State.REFUNDED.label: "danger",
}


def as_lines(address: Iterable[str]) -> str:
    """An address as HTML, a line each."""
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in address))


class PlacedFilter(ChoiceFilter):
    """Orders by the day they were placed, in the shop's time zone. `column` is the path to that moment."""

    title = "day"
    parameter_name = "day"
    column = "created_at"

    def options(self) -> Choices:
        return {
            "today": ("Today", self._since(0)),
            "yesterday": ("Yesterday", self._since(1) & ~self._since(0)),
            "7": ("Last 7 days", self._since(7)),
            "30": ("Last 30 days", self._since(30)),
        }

    def _since(self, days_ago: int) -> Q:
        return Q(**{f"{self.column}__gte": start_of(today() - timedelta(days=days_ago))})


class LinePlacedFilter(PlacedFilter):
    column = "order__created_at"


class DueFilter(ChoiceFilter):
    """Orders that need attention."""

    title = "due"
    parameter_name = "due"

    def options(self) -> Choices:
        owed = Refund.objects.filter(sent_at__isnull=True).order_by().values("order")
        return {
            "payment": ("Overdue: not paid in time", Q(state=State.PLACED, pay_by__lt=Now())),
            "refund": ("Refund to be sent", Q(pk__in=owed)),
        }


class SentFilter(ChoiceFilter):
    """Refunds by whether their money was sent. By default those that are due."""

    title = "state"
    parameter_name = "state"
    default = ("To be sent", Q(sent_at__isnull=True))

    def options(self) -> Choices:
        return {"sent": ("Sent", Q(sent_at__isnull=False)), "all": ("All", Q())}


# What a page of one order reads once, for its inlines and the actions that it offers.
ROWS = (
    "lines",
    "payments",
    Prefetch("refunds", Refund.objects.select_related("sent_by")),
    Prefetch("documents", Document.objects.defer("snapshot")),  # what is printed, which is long
)


class RowsOfOrder(PaginationInlineFormSet):  # type: ignore[misc]
    """The rows as they were read with their order."""

    def get_queryset(self) -> QuerySet[Model]:
        rows: QuerySet[Model] = getattr(self.instance, self.fk.remote_field.name).all()
        return rows


class ReadOnlyInline(TabularInline):  # type: ignore[misc]
    """Rows to read, for everybody who may view the order."""

    formset = RowsOfOrder
    extra = 0
    can_delete = False
    hide_title = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("orders.view_order"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LineInline(ReadOnlyInline):
    model = OrderLine
    verbose_name_plural = "lines"
    fields = readonly_fields = ["sku", "name", "each", "quantity", "in_all", "to_ship", "came_back"]
    each, in_all = money_column("price", "Price"), money_column("total", "Total")

    @display(description="To ship")
    def to_ship(self, line: OrderLine) -> int:
        return line.waiting_quantity if line.order.state == State.PAID else 0

    @display(description="Came back")
    def came_back(self, line: OrderLine) -> int:
        return line.returned_quantity


class PaymentInline(ReadOnlyInline):
    model = Payment
    fields = readonly_fields = ["provider", "how_much", "status", "created_at", "settled_at", "reference"]
    how_much = money_column("amount", "Amount")


class RefundInline(ReadOnlyInline):
    model = Refund
    fields = readonly_fields = ["owed", "reason", "created_at", "sent_at", "sent_how", "sent_by"]
    owed = money_column("amount", "Amount")


class DocumentInline(ReadOnlyInline):
    model = Document
    fields = readonly_fields = ["kind", "pdf", "issued_at", "in_all"]
    in_all = money_column("total", "Total")

    @display(description="Number")
    def pdf(self, document: Document) -> str:
        address = reverse("admin:orders_document_download", args=[document.pk])
        return format_html('<a href="{}">{}</a>', address, document.number)
