"""The admin of orders, with every action on them, and of order lines."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from unfold.enums import ActionVariant

from core.admin.base import ReadOnlyAdmin
from core.admin.decorators import action, display, money_column
from core.admin.filters import any_of
from core.text import date_and_time, money
from orders.admin.action_views import run_action, ship_chosen
from orders.admin.actions import ACTIONS, COMMENT, MOST_AT_ONCE, NEXT_ACTIONS, open_actions
from orders.admin.books import Books, rates_of
from orders.admin.display import (
    ROWS,
    STATE_COLOURS,
    DocumentInline,
    DueFilter,
    LineInline,
    LinePlacedFilter,
    PaymentInline,
    PlacedFilter,
    RefundInline,
    as_lines,
)
from orders.admin.forms import CommentForm
from orders.admin.reports import ReportPages
from orders.admin.slips import shipment_slip, slips_page
from orders.models import Order, OrderLine, Shipment
from orders.selectors import find_orders, with_taxes
from orders.states import State
from orders.timeline import timeline_of

_OPTIONAL = ["phone", "delivery_note", "gift_message", "company", "vat_id"]


@admin.register(Order)
class OrderAdmin(ReportPages, Books):
    list_display = ["number", "created_at", "name", "email", "state_now", "amount", "paid_by"]
    list_filter = ["state", PlacedFilter, DueFilter]
    search_fields = ["number"]  # that there is a search at all; see `get_search_results`
    search_help_text = "Order number, name or its beginnings, e-mail address, postcode, or SKU"
    fieldsets = [
        (None, {"fields": ["number", ("state_now", "paid_by"), ("created_at", "user"), ("email", "deliver_to")]}),
        ("Money", {"fields": [("goods", "delivery"), ("amount", "tax_in_it")]}),
    ]
    readonly_fields = [
        *("state_now", "created_at", "paid_by", "deliver_to", "bill_to"),
        *("goods", "delivery", "amount", "tax_in_it"),
    ]
    inlines = [LineInline, PaymentInline, RefundInline, DocumentInline]
    change_form_outer_after_template = "orders/admin/timeline.html"

    amount, goods = money_column("total", "Total"), money_column("goods_total", "Goods")
    actions = ["ship_many", "slips", "export_csv"]
    actions_detail = [
        *("money", "mistake", "ship", "slip", "take_back", "address", "invoice", "cancel", "refund", "comment"),
    ]

    class Media:
        css = {"all": ["orders/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        orders: QuerySet[Order] = super().get_queryset(request)
        left = Shipment.objects.filter(order=OuterRef("pk")).order_by()
        return with_taxes(orders.select_related("user")).annotate(has_left=Exists(left))

    def get_fieldsets(self, request: HttpRequest, obj: Order | None = None) -> Any:
        """With what the customer gave besides name and address, where there is any."""
        given = [name for name in _OPTIONAL if obj and getattr(obj, name)]
        if obj and obj.billing_lines != obj.address_lines:
            given.append("bill_to")
        extra = [("Given by the customer", {"fields": given})] if given else []
        return [*super().get_fieldsets(request, obj), *extra]

    def get_object(self, request: HttpRequest, object_id: Any, from_field: str | None = None) -> Order | None:
        """With its `ROWS`; remembered for the request, since the page asks for its buttons and for itself."""
        known: dict[str, Order | None] = request.__dict__.setdefault("orders_read", {})
        if str(object_id) not in known:
            known[str(object_id)] = order = super().get_object(request, object_id, from_field)
            prefetch_related_objects([order] if order else [], *ROWS)
        return known[str(object_id)]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        by_sku = Order.objects.filter(pk__in=OrderLine.objects.filter(sku__iexact=term).order_by().values("order"))
        return any_of(queryset, find_orders(term), by_sku), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The actions that the order's state allows, the next one filled, and the slip of an order that is packed."""
        order = self.get_object(request, object_id)
        if order is None:
            return []
        offered = {*open_actions(order), *(["slip"] if ACTIONS["take_back"].is_open(order) else [])}
        all_actions = super().get_actions_detail(request, object_id)
        actions = {one.action_name.removeprefix("orders_order_"): one for one in all_actions}
        if following := actions.get(NEXT_ACTIONS.get(State(order.state), "")):
            following.variant = ActionVariant.PRIMARY
        return [one for name, one in actions.items() if name in offered]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Order, **options: Any
    ) -> HttpResponse:
        """Django's page of an order, with its timeline. 4 more queries."""
        context |= {
            "timeline": timeline_of(obj),
            "email_days": settings.DELIVERY_DAYS,
            "comment": CommentForm(obj) if self.has_fulfil_permission(request) else None,
        }
        answer: HttpResponse = super().render_change_form(request, context, *args, obj=obj, **options)
        return answer

    def has_fulfil_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return bool(request.user.has_perm("orders.fulfil_order"))

    def has_settle_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return bool(request.user.has_perm("orders.settle_order"))

    @display(description="State", ordering="state", label=STATE_COLOURS)
    def state_now(self, order: Order) -> str:
        return order.get_state_display()

    @display(description="To be paid by", ordering="pay_by")
    def paid_by(self, order: Order) -> str:
        """Shown only while the order waits for its money."""
        if order.state != State.PLACED:
            return "-"
        late = ", overdue" if order.pay_by < timezone.now() else ""
        return f"{date_and_time(order.pay_by)}{late}"

    @display(description="Deliver to")
    def deliver_to(self, order: Order) -> str:
        return as_lines(order.address_lines)

    @display(description="Bill to")
    def bill_to(self, order: Order) -> str:
        return as_lines(order.billing_lines)

    @display(description="Delivery")
    def delivery(self, order: Order) -> str:
        return f"{order.delivery_name}, {money(order.delivery_price)}"

    @display(description="Tax in it")
    def tax_in_it(self, order: Order) -> str:
        return rates_of(order.totals.taxes)

    @action(description="Money came…", url_path="money", permissions=["settle"], icon="payments")
    def money(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return run_action(self, request, object_id, ACTIONS["money"])

    @action(description="Noted by mistake…", url_path="noted-by-mistake", permissions=["settle"], icon="money_off")
    def mistake(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return run_action(self, request, object_id, ACTIONS["mistake"])

    @action(description="Ship…", url_path="ship", permissions=["fulfil"], icon="local_shipping")
    def ship(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return run_action(self, request, object_id, ACTIONS["ship"])

    @action(description="Take units back…", url_path="take-back", permissions=["settle"], icon="undo")
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return run_action(self, request, object_id, ACTIONS["take_back"])

    @action(description="Issue the invoice…", url_path="invoice", permissions=["settle"], icon="request_quote")
    def invoice(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return run_action(self, request, object_id, ACTIONS["invoice"])

    @action(description="Change the address…", url_path="address", permissions=["settle"], icon="edit_location")
    def address(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return run_action(self, request, object_id, ACTIONS["address"])

    @action(description="Cancel…", url_path="cancel", permissions=["settle"], icon="cancel")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return run_action(self, request, object_id, ACTIONS["cancel"])

    @action(description="Refund…", url_path="refund", permissions=["settle"], icon="currency_exchange")
    def refund(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return run_action(self, request, object_id, ACTIONS["refund"])

    @action(description="Packing slip", url_path="slip", permissions=["fulfil"], icon="print")
    def slip(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The slip of what is to be shipped or, by the link beside a shipment, of what is in it."""
        order = self.get_object(request, object_id)
        if order is None:
            raise Http404
        if "shipment" not in request.GET:
            return slips_page(request, [order])
        number = request.GET["shipment"]
        shipments = Shipment.objects.filter(order=order, pk=number if number.isdecimal() else 0)
        return shipment_slip(request, get_object_or_404(shipments.select_related("order")))

    @action(description="Comment…", url_path="comment", permissions=["fulfil"], icon="comment")
    def comment(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Not among the buttons: the timeline has the form."""
        return run_action(self, request, object_id, COMMENT)

    @action(description="Mark as shipped…", permissions=["fulfil"])
    def ship_many(self, request: HttpRequest, rows: QuerySet[Order]) -> HttpResponse:
        return ship_chosen(self, request, rows)

    @action(description="Packing slips to print", permissions=["fulfil"])
    def slips(self, request: HttpRequest, rows: QuerySet[Order]) -> HttpResponse:
        orders = list(rows.order_by("pk").prefetch_related("lines")[: MOST_AT_ONCE + 1])
        if len(orders) > MOST_AT_ONCE:
            messages.error(request, f"Nothing to print: please choose at most {MOST_AT_ONCE} orders at a time.")
            return redirect(request.get_full_path())
        return slips_page(request, orders)


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
