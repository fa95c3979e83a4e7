"""The admin of orders, with every action on them."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from unfold.enums import ActionVariant

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
        (None, {"fields": ["number", ("state_now", "paid_by"), ("created_at", "user"), ("customer", "deliver_to")]}),
        ("Money", {"fields": [("goods", "delivery"), ("amount", "tax_in_it")]}),
    ]
    readonly_fields = [
        *("state_now", "created_at", "paid_by", "customer", "deliver_to", "bill_to"),
        *("goods", "delivery", "amount", "tax_in_it"),
    ]
    inlines = [LineInline, PaymentInline, RefundInline, DocumentInline]
    change_form_outer_after_template = "orders/admin/timeline.html"

    amount, goods = money_column("total", "Total"), money_column("goods_total", "Goods")
    actions = ["ship_many", "slips", "export_csv"]
    actions_detail = [
        *("money", "mistake", "ship", "slip", "delivered", "take_back"),
        *("address", "invoice", "cancel", "refund", "comment"),
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
        if obj and obj.has_own_bill:
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
        """Django's page of an order, with its timeline. 4 more queries; the invoices are in `ROWS`."""
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

    @display(description="Customer")
    def customer(self, order: Order) -> str:
        """The address that the e-mails go to; it leads to all the orders that have it."""
        address = reverse("admin:customers_customer_changelist")
        return format_html('<a href="{}?{}">{}</a>', address, urlencode({"q": order.email}), order.email)

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

    @action(description="Delivered…", url_path="delivered", permissions=["fulfil"], icon="where_to_vote")
    def delivered(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return run_action(self, request, object_id, ACTIONS["delivered"])

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
