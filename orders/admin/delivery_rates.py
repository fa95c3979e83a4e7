"""The admin of delivery zones, and of what a delivery method costs in them, by weight."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminSelect2MultipleWidget

from core.admin.base import ServiceAdmin
from core.admin.confirmation import require_agreement
from core.admin.decorators import money_column
from core.admin.number_fields import NUMBER_FIELDS
from core.admin.seen import SeenForm, SeenFormSet
from core.countries import country_choices, country_name
from core.text import counted, money
from inventory.models import ProductVariant
from inventory.wording import price_jump
from orders.models import DeliveryRate, DeliveryStep, DeliveryZone
from orders.services import save_delivery_rate, save_delivery_steps, save_delivery_zone
from orders.services.deliveries import refuse_steps, refuse_taken_countries


def agreed_amount(form: SeenForm, name: str) -> Decimal | None:
    """Return the amount of a field. Raises NotAgreed if it jumps and nobody has agreed to that."""
    amount: Decimal | None = form.cleaned_data[name]
    before = form.initial.get(name) if form.instance.pk else None
    if amount is not None and (jump := price_jump(before, amount)):
        require_agreement(form, f"{form.fields[name].label}: {jump}")
    return amount


def steps_told(rate: DeliveryRate, written: Callable[[Decimal], str] = money) -> str:
    """What parcels of each weight cost: up to 2,000 g £3.95; any weight £7.50; free from £50.00."""
    told = [f"{'up to ' if step.up_to_grams else ''}{step} {written(step.price)}" for step in rate.steps.all()]
    if rate.free_from is not None:
        told.append(f"free from {written(rate.free_from)}")
    return "; ".join(told) or "no price yet"


class ZoneForm(SeenForm):
    """A zone and its countries. One without countries is everywhere else."""

    countries = forms.MultipleChoiceField(
        choices=country_choices,
        required=False,
        widget=UnfoldAdminSelect2MultipleWidget,
        help_text="A country is in one zone. Left empty: the zone is every country that is in no other.",
    )

    class Meta:
        model = DeliveryZone
        fields = ["name", "countries", "place"]

    def clean_countries(self) -> list[str]:
        countries: list[str] = sorted(self.cleaned_data["countries"])
        refuse_taken_countries(DeliveryZone(pk=self.instance.pk, countries=countries))
        return countries


@admin.register(DeliveryZone)
class DeliveryZoneAdmin(ServiceAdmin):
    form = ZoneForm
    list_display = ["name", "where", "place"]
    export_fields = ["name", "countries", "place"]

    @admin.display(description="Countries")
    def where(self, zone: DeliveryZone) -> str:
        return ", ".join(country_name(code) for code in zone.countries) or "everywhere else"

    def save_model(self, request: HttpRequest, obj: DeliveryZone, form: Any, change: bool) -> None:
        save_delivery_zone(zone=obj, fields=form.changed_data)


class RateForm(SeenForm):
    """What a method costs in a zone. A limit that jumps has to be confirmed."""

    class Meta:
        model = DeliveryRate
        fields = ["method", "zone", "free_from", "days_from", "days_to"]

    def clean_free_from(self) -> Decimal | None:
        return agreed_amount(self, "free_from")


class StepForm(SeenForm):
    """A weight step. A price that jumps has to be confirmed."""

    class Meta:
        model = DeliveryStep
        fields = ["up_to_grams", "price"]

    def clean_price(self) -> Decimal | None:
        return agreed_amount(self, "price")


class StepFormSet(SeenFormSet):
    """The weight steps of a delivery price, which must make sense together."""

    def clean(self) -> None:
        super().clean()
        rows = [form for form in self.forms if not self._should_delete_form(form)]
        if not any(form.errors for form in rows):
            refuse_steps(form.instance for form in rows if form.instance.pk or form.has_changed())

    def validate_unique(self) -> None:
        """`clean` says in words of the shop that two steps have one weight."""


class StepInline(TabularInline):  # type: ignore[misc]
    model = DeliveryStep
    form = StepForm
    formset = StepFormSet
    formfield_overrides = NUMBER_FIELDS
    extra = 0
    min_num = 1


@admin.register(DeliveryRate)
class DeliveryRateAdmin(ServiceAdmin):
    form = RateForm
    list_display = ["method", "zone", "steps", "is_free_from"]
    export_fields = ["method", "zone", "plain_steps", "free_from", "days_from", "days_to"]
    is_free_from = money_column("free_from", "Free from")
    list_display_links = ["method", "zone"]
    list_filter = ["method", "zone"]
    list_select_related = ["method", "zone"]
    fields = [("method", "zone"), "free_from", ("days_from", "days_to")]
    inlines = [StepInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeliveryRate]:
        rates: QuerySet[DeliveryRate] = super().get_queryset(request)
        return rates.prefetch_related("steps")

    @admin.display(description="A parcel costs")
    def steps(self, rate: DeliveryRate) -> str:
        return steps_told(rate)

    @admin.display(description="A parcel costs")
    def plain_steps(self, rate: DeliveryRate) -> str:
        return steps_told(rate, str)

    def changelist_view(self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None) -> HttpResponse:
        """Say how many variants have no weight, where a price depends on it."""
        if count := _unweighed():
            address = reverse("admin:inventory_productvariant_changelist") + "?weight=unknown&is_active__exact=1"
            text = counted(count, "variant on sale has", "variants on sale have")
            messages.warning(request, format_html('<a href="{}">{} no weight</a>. It counts as 0 g.', address, text))
        answer: HttpResponse = super().changelist_view(request, extra_context)
        return answer

    def save_model(self, request: HttpRequest, obj: DeliveryRate, form: Any, change: bool) -> None:
        save_delivery_rate(rate=obj, fields=form.changed_data)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the steps by their service. The form set's own save() only fills what the admin log records."""
        changed = formset.save(commit=False)
        save_delivery_steps(rate=form.instance, steps=changed, deleted=formset.deleted_objects)


def _unweighed() -> int:
    """How many variants on sale have no weight; 0 where no price depends on it. At most 2 queries."""
    if not DeliveryStep.objects.filter(up_to_grams__isnull=False).exists():
        return 0
    return ProductVariant.objects.filter(is_active=True, weight_grams__isnull=True).count()
