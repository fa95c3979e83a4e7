"""The admin of customers: found, read, annotated. What their orders say cannot be changed here."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from unfold.admin import TabularInline

from core.admin.base import StaffAdmin
from core.admin.decorators import display, money_column
from core.admin.filters import ChoiceFilter, Choices
from core.admin.seen import SeenForm, SeenFormSet
from core.countries import country_name
from core.text import date_and_time, money
from customers.models import Customer, CustomerNote
from customers.selectors import addresses_of_customer, find_customers, orders_of_customer
from orders.models import Order

_NEWEST_ORDERS = 20


class ConsentFilter(ChoiceFilter):
    """Customers by whether they agreed to receive more than e-mails about their orders."""

    title = "consent"
    parameter_name = "consent"

    def options(self) -> Choices:
        return {"given": ("Given", ~Q(consent="")), "none": ("Not given", Q(consent=""))}


class NoteInline(TabularInline):  # type: ignore[misc]
    """Notes are written and deleted; what a colleague wrote is not changed."""

    model = CustomerNote
    form, formset = SeenForm, SeenFormSet
    fields = ["text", "author", "written"]
    readonly_fields = ["author", "written"]
    extra = 1
    hide_title = True
    verbose_name_plural = "notes, for colleagues only"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        rows: QuerySet[Model] = super().get_queryset(request)
        return rows.select_related("author")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description="Written")
    def written(self, note: CustomerNote) -> str:
        """The time of the database, which a note that is being written does not have."""
        return date_and_time(note.created_at) if note.pk else "-"


@admin.register(Customer)
class CustomerAdmin(StaffAdmin):
    list_display = ["name", "email", "country_shown", "order_count", "spent_shown", "last_order_at"]
    export_fields = ["name", "email", "country", "order_count", "spent", "first_order_at", "last_order_at", "consent"]
    list_filter = [ConsentFilter]
    search_fields = ["name"]  # that there is a search at all; see `get_search_results`
    search_help_text = "Name or its beginnings, e-mail address, or the number or postcode of an order"
    fields = [
        ("name", "email"),
        ("country_shown", "order_count", "spent_shown"),
        ("first_order_at", "last_order_at"),
        "consent",
    ]
    readonly_fields = [
        *("name", "email", "country_shown", "order_count", "spent_shown", "first_order_at", "last_order_at"),
    ]
    inlines = [NoteInline]
    change_form_outer_after_template = "customers/orders.html"
    spent_shown = money_column("spent", "Spent")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        return (queryset & find_customers(search_term)) if search_term.strip() else queryset, False

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Customer, **options: Any
    ) -> HttpResponse:
        """Django's page, with the newest orders and the addresses. 2 more queries."""
        orders = reverse("admin:orders_order_changelist")
        context |= {
            "orders": _table(orders_of_customer(obj)[:_NEWEST_ORDERS]),
            "all_orders": f"{orders}?{urlencode({'q': obj.email})}",
            "addresses": addresses_of_customer(obj),
        }
        answer: HttpResponse = super().render_change_form(request, context, *args, obj=obj, **options)
        return answer

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for note in formset.save(commit=False):
            note.author = request.user
        super().save_formset(request, form, formset, change)

    @display(description="Country", ordering="country")
    def country_shown(self, customer: Customer) -> str:
        return country_name(customer.country)


def _table(orders: Iterable[Order]) -> dict[str, Any]:
    return {
        "headers": ["Order", "Placed", "State", "Total"],
        "rows": [
            [
                format_html(
                    '<a class="underline" href="{}">{}</a>',
                    reverse("admin:orders_order_change", args=[order.pk]),
                    order,
                ),
                date_and_time(order.created_at),
                order.get_state_display(),
                money(order.total),
            ]
            for order in orders
        ],
    }
