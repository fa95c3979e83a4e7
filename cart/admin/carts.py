"""Read-only admin of carts: shopper, status, value and last change, with filters. Only services change a cart."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Case, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from unfold.admin import TabularInline

from cart.admin.holds import HOLD_COLOURS, shopper_of, shoppers_named, state_of
from cart.models import Cart, CartItem
from core.admin.base import ReadOnlyAdmin
from core.admin.decorators import display, money_column
from core.admin.filters import ChoiceFilter, Choices, any_of, row_id
from core.text import money

_STEPS = [10, 50, 200]  # in the shop's currency


class AgeFilter(ChoiceFilter):
    """When the shopper last changed it."""

    title = "last touched"
    parameter_name = "touched"

    def options(self) -> Choices:
        return {
            "hour": ("In the last hour", Q(updated_at__gte=Now() - timedelta(hours=1))),
            "day": ("In the last day", Q(updated_at__gte=Now() - timedelta(days=1))),
            "1": ("Over a day ago", Q(updated_at__lt=Now() - timedelta(days=1))),
            "7": ("Over a week ago", Q(updated_at__lt=Now() - timedelta(days=7))),
        }


class WorthFilter(ChoiceFilter):
    """The value of the lines, from the annotation `value` of the admin's queryset."""

    title = "value"
    parameter_name = "value"

    def options(self) -> Choices:
        worth: Choices = {str(step): (f"{money(Decimal(step))} or more", Q(value__gte=step)) for step in _STEPS}
        return {"0": ("Empty", Q(value=0))} | worth


_LINES = CartItem.objects.filter(cart=OuterRef("pk")).order_by().values("cart").annotate(total=Sum("total_price"))
# The stored total if it is current, else the sum of the lines: a list shows no stale total either.
_VALUE = Case(
    When(totals_version=F("version"), then=F("total_price")),
    default=Coalesce(Subquery(_LINES.values("total")), 0, output_field=DecimalField()),
    output_field=DecimalField(),
)


class CartItemInline(TabularInline):  # type: ignore[misc]
    """The lines with their holds. Staff release or extend a hold on the line's own page."""

    model = CartItem
    verbose_name, verbose_name_plural = "line", "lines"
    fields = ["product_variant", "quantity", "each", "in_all", "state", "reserved_until"]
    readonly_fields = fields
    each, in_all = money_column("price", "Price"), money_column("total_price", "Total")
    extra = 0
    can_delete = False
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[CartItem]:
        lines: QuerySet[CartItem] = super().get_queryset(request).select_related("product_variant")
        return lines

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description="Hold", label=HOLD_COLOURS)
    def state(self, line: CartItem) -> str:
        return state_of(line)


@admin.register(Cart)
class CartAdmin(ReadOnlyAdmin):
    list_display = ["id", "shopper", "status", "worth", "updated_at", "created_at"]
    export_fields = ["id", "shopper", "status", "value", "updated_at", "created_at"]
    worth = money_column("value", "Value")
    list_display_links = ["id", "shopper"]
    list_filter = ["status", AgeFilter, WorthFilter, ("user", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["id"]  # that there is a search at all; see `get_search_results`
    search_help_text = "The number of a cart, the beginning of a user name, or an e-mail address"
    fields = [("shopper", "status"), ("worth", "history"), ("created_at", "updated_at")]
    readonly_fields = ["shopper", "worth", "history"]
    inlines = [CartItemInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cart]:
        carts: QuerySet[Cart] = super().get_queryset(request).annotate(value=_VALUE)
        return carts

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Cart], search_term: str
    ) -> tuple[QuerySet[Cart], bool]:
        term, carts = search_term.strip(), Cart.objects
        if not term:
            return queryset, False
        return any_of(queryset, carts.filter(user__in=shoppers_named(term)), carts.filter(pk=row_id(term))), False

    @display(description="Shopper", ordering="user__username")
    def shopper(self, cart: Cart) -> str:
        return shopper_of(cart)

    @display(description="Value", ordering="value")
    def value(self, cart: Cart) -> str:
        return f"{cart.value:.2f}"  # type: ignore[attr-defined]

    @display(description="History")
    def history(self, cart: Cart) -> str:
        """What happened in it, as the analytics events tell; this app knows their page by its name only."""
        try:
            address = reverse("admin:analytics_cart_history", args=[cart.pk])
        except NoReverseMatch:
            return ""
        return format_html('<a class="underline" href="{}">What happened in this cart</a>', address)
