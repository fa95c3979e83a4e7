"""The admin of tax classes, each with its rates by country."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django_countries import countries
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminSelectWidget

from core.admin.base import ServiceAdmin
from core.admin.decorators import display
from core.admin.number_fields import NUMBER_FIELDS
from core.admin.seen import SeenForm, SeenFormSet
from core.countries import country_name
from inventory.errors import DefaultTaxClass
from inventory.locks import lock_tax_classes
from inventory.models import TaxClass, TaxRate
from inventory.services import delete_tax_class, delete_tax_rate, save_tax_class, save_tax_rate
from inventory.services.tax import require_unused


class TaxClassForm(SeenForm):
    """A tax class. The default one stays the default until another one is."""

    class Meta:
        model = TaxClass
        fields = ["name", "percent", "is_default"]

    @classmethod
    def lock_rows(cls, forms: Sequence[SeenForm]) -> Sequence[Model]:
        """Lock all classes, as the service does, since another one may lose the default."""
        return lock_tax_classes()

    def _get_validation_exclusions(self) -> set[str]:
        """Without the rule of one default: the service takes it from the other class."""
        return super()._get_validation_exclusions() | {"is_default"}

    def clean_is_default(self) -> bool:
        is_default: bool = self.cleaned_data["is_default"]
        if self.initial.get("is_default") and not is_default:
            raise DefaultTaxClass
        return is_default


class TaxRateForm(SeenForm):
    """The rate of a country. The country of a rate stays; to take it away, delete the rate."""

    country = forms.ChoiceField(label="Country", widget=UnfoldAdminSelectWidget)

    class Meta:
        model = TaxRate
        fields = ["country", "percent"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance.country
        field: Any = self.fields["country"]
        field.disabled = bool(stored)
        field.choices = [(stored, country_name(stored))] if stored else [("", "Please choose"), *countries]


class TaxRateInline(TabularInline):  # type: ignore[misc]
    model = TaxRate
    form = TaxRateForm
    formset = SeenFormSet
    formfield_overrides = NUMBER_FIELDS
    verbose_name_plural = "countries with another rate"
    extra = 1
    hide_title = True


@admin.register(TaxClass)
class TaxClassAdmin(ServiceAdmin):
    form = TaxClassForm
    fields = [("name", "percent"), "is_default"]
    list_display = ["name", "percent", "elsewhere", "is_default"]
    export_fields = list_display
    inlines = [TaxRateInline]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("rates")

    @display(description="Other rates in per cent")
    def elsewhere(self, tax_class: TaxClass) -> str:
        return ", ".join(f"{rate.country} {rate.percent.normalize():f}" for rate in tax_class.rates.all())

    def save_model(self, request: HttpRequest, obj: TaxClass, form: Any, change: bool) -> None:
        save_tax_class(tax_class=obj, fields=form.changed_columns)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the rates by their service. The form set's own save() only fills what the admin log records."""
        formset.save(commit=False)
        for rate in formset.deleted_objects:
            delete_tax_rate(rate=rate)
        for row in formset.forms:
            if row.has_changed() and row not in formset.deleted_forms:
                save_tax_rate(rate=row.instance, fields=row.changed_columns)

    def check_deletion(self, obj: TaxClass) -> None:
        require_unused(obj)

    def delete_model(self, request: HttpRequest, obj: TaxClass) -> None:
        delete_tax_class(tax_class=obj)
