"""The admin of delivery methods."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.admin.base import ServiceAdmin
from core.admin.decorators import money_column
from core.admin.seen import SeenForm
from orders.admin.delivery_rates import agreed_amount, steps_told
from orders.locks import lock_offered_delivery_methods
from orders.models import DeliveryMethod
from orders.services import delete_delivery_method, save_delivery_method


class DeliveryMethodForm(SeenForm):
    """A delivery method. A price that jumps has to be confirmed."""

    class Meta:
        model = DeliveryMethod
        fields = [
            *("name", "description", "price", "free_from", "is_elsewhere"),
            *("days_from", "days_to", "cut_off", "is_active", "place"),
        ]

    @classmethod
    def lock_rows(cls, forms: Sequence[SeenForm]) -> Sequence[Model]:
        """Lock all that are on offer first if one may be taken off, as its service does."""
        if any("is_active" in form.changed_data for form in forms):
            lock_offered_delivery_methods()
        return super().lock_rows(forms)

    def clean_price(self) -> Decimal | None:
        return agreed_amount(self, "price")

    def clean_free_from(self) -> Decimal | None:
        return agreed_amount(self, "free_from")


@admin.register(DeliveryMethod)
class DeliveryMethodAdmin(ServiceAdmin):
    form = DeliveryMethodForm
    list_display = ["name", "description", "costs", "is_free_from", "goes_to", "is_active", "place"]
    export_fields = [
        *("name", "description", "price", "free_from", "is_elsewhere", "goes_to"),
        *("days_from", "days_to", "cut_off", "is_active", "place"),
    ]
    costs, is_free_from = money_column("price", "Price"), money_column("free_from", "Free from")
    readonly_fields = ["by_zone"]
    fieldsets = [
        (None, {"fields": [("name", "description"), ("is_active", "place")]}),
        ("Price where no zone says otherwise", {"fields": [("price", "free_from"), "is_elsewhere"]}),
        ("Prices by zone", {"fields": ["by_zone"]}),
        ("When it arrives", {"fields": [("days_from", "days_to"), "cut_off"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeliveryMethod]:
        methods: QuerySet[DeliveryMethod] = super().get_queryset(request)
        return methods.prefetch_related("rates__zone", "rates__steps")

    @admin.display(description="Goes to")
    def goes_to(self, method: DeliveryMethod) -> str:
        places = [rate.zone.name for rate in method.rates.all()] + ["everywhere else"] * method.is_elsewhere
        return "everywhere" if places == ["everywhere else"] else ", ".join(places) or "nowhere"

    @admin.display(description="Delivery prices")
    def by_zone(self, method: DeliveryMethod) -> SafeString | str:
        """What a parcel costs in each zone, each with a link to its price."""
        rates = method.rates.all() if method.pk else []
        lines = [
            (reverse("admin:orders_deliveryrate_change", args=[rate.pk]), rate.zone.name, steps_told(rate))
            for rate in rates
        ]
        more = ("None yet. " if not lines else "") + "Set them under Orders, Delivery prices."
        return format_html("{}{}", format_html_join("", '<p><a href="{}">{}</a>: {}</p>', lines), more)

    def save_model(self, request: HttpRequest, obj: DeliveryMethod, form: Any, change: bool) -> None:
        save_delivery_method(method=obj, fields=form.changed_data)

    def delete_model(self, request: HttpRequest, obj: DeliveryMethod) -> None:
        delete_delivery_method(method=obj)
