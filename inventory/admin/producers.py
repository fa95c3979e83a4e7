"""The admin of producers, and `SafetyFilter` for goods that miss data of product safety."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django_countries import countries
from unfold.widgets import UnfoldAdminSelectWidget

from core.admin.base import ServiceAdmin
from core.admin.decorators import display
from core.admin.filters import ChoiceFilter, Choices
from core.admin.seen import SeenForm
from core.countries import country_name
from inventory.models import MISSES_SAFETY_DATA, Producer
from inventory.services.producers import delete_producer, require_no_products, save_producer


class SafetyFilter(ChoiceFilter):
    """What goods miss of what the law wants beside an offer. See docs/product-safety.md."""

    title = "product safety"
    parameter_name = "safety"

    def options(self) -> Choices:
        return {
            "missing": ("Producer or warnings missing", MISSES_SAFETY_DATA),
            "producer": ("Producer missing", Q(producer__isnull=True)),
            "warnings": ("Not said whether there are warnings", Q(warnings="", needs_no_warnings=False)),
            "photograph": ("Photograph missing", Q(photo="")),
        }


class ProducerForm(SeenForm):
    """A producer, with the responsible person if it is not in the Union."""

    country = forms.ChoiceField(
        label="Country", choices=[("", "Please choose"), *countries], widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = Producer
        fields = [
            *("name", "postal_address", "electronic_address", "country"),
            *("responsible_name", "responsible_postal_address", "responsible_electronic_address"),
        ]


@admin.register(Producer)
class ProducerAdmin(ServiceAdmin):
    form = ProducerForm
    list_display = ["name", "in_country", "electronic_address", "responsible_name"]
    export_fields = ProducerForm.Meta.fields
    search_fields = ["name", "responsible_name"]

    @display(description="Country")
    def in_country(self, producer: Producer) -> str:
        return country_name(producer.country)

    def save_model(self, request: HttpRequest, obj: Producer, form: Any, change: bool) -> None:
        save_producer(producer=obj, fields=form.changed_columns)

    def check_deletion(self, obj: Producer) -> None:
        require_no_products(obj)

    def delete_model(self, request: HttpRequest, obj: Producer) -> None:
        delete_producer(producer=obj)
