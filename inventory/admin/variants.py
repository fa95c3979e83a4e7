"""Admin of variants: `ProductVariantAdmin`, and `VariantInline` for the page of a product. Stock is read-only here.

`cart.admin` extends `ProductVariantAdmin` with the page that moves stock, and registers it.
"""

from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from unfold.admin import TabularInline

from core.admin.base import ServiceAdmin
from core.admin.choices import ReadOnceField
from core.admin.decorators import display, money_column
from core.admin.filters import ChoiceFilter, Choices, any_of
from core.admin.number_fields import NUMBER_FIELDS
from core.admin.seen import SeenFormSet
from core.text import date_and_time, money
from inventory.admin.bulk_prices import PriceAction
from inventory.admin.bulk_reductions import ReductionAction
from inventory.admin.bulk_sale import SaleAction
from inventory.admin.history import PriceChangeInline
from inventory.forms import VariantForm
from inventory.models import ProductVariant
from inventory.search import products_matching
from inventory.services import save_variant


class _WithTaxClass:
    """The choice of a tax class in the form of a variant. The classes are read once for all rows of a page."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name != "tax_class":
            return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        kwargs |= {"empty_label": "Default", "form_class": ReadOnceField}
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        for page in ("add", "change", "delete", "view"):
            setattr(field.widget, f"can_{page}_related", False)  # links that take more room than the class itself
        return field


def save_variant_form(form: VariantForm, actor: User) -> None:
    """Save a variant. Raises PermissionDenied for an opening stock by somebody who may not move stock."""
    units = form.cleaned_data.get("opening_stock") or 0
    if units and not actor.has_perm("inventory.move_stock"):
        raise PermissionDenied
    save_variant(variant=form.instance, fields=form.changed_columns, actor=actor, opening_stock=units)


class VariantInline(_WithTaxClass, TabularInline):  # type: ignore[misc]
    """The variants of a product, with their stock to read."""

    model = ProductVariant
    form = VariantForm
    formset = SeenFormSet
    formfield_overrides = NUMBER_FIELDS
    fields = [
        *("sku", "name", "price", "tax_class", "weight_grams", "low_stock_threshold", "is_active"),
        *("opening_stock", "stock_quantity", "reserved_quantity"),
    ]
    readonly_fields = ["stock_quantity", "reserved_quantity"]
    extra = 0
    can_delete = False
    show_change_link = True
    view_on_site = False  # the product has a button of its own


class WeightFilter(ChoiceFilter):
    """Variants whose weight is not known."""

    title, parameter_name = "weight", "weight"

    def options(self) -> Choices:
        return {"unknown": ("Not known", Q(weight_grams__isnull=True))}


class ProductVariantAdmin(PriceAction, ReductionAction, SaleAction, _WithTaxClass, ServiceAdmin):
    """All fields of a variant; stock is read-only. `cart.admin` adds the page that moves stock, and registers it."""

    form = VariantForm
    fields = [
        "product",
        "sku",
        "name",
        "price",
        "content",
        "tax_class",
        "weight_grams",
        "low_stock_threshold",
        "is_active",
        "stock_quantity",
        "reserved_quantity",
    ]
    readonly_fields = ["stock_quantity", "reserved_quantity", "reduced"]
    list_display = ["sku", "product", "name", "costs", "stock_quantity", "reserved_quantity", "is_active"]
    export_fields = [
        *("sku", "product", "name", "price", "content", "tax_class", "weight_grams"),
        *("stock_quantity", "reserved_quantity", "is_active"),
    ]
    actions = ["change_prices", "announce_reductions", "sell_chosen", "stop_chosen", "export_csv"]
    costs = money_column("price", "Price")
    list_filter = ["is_active", "tax_class", WeightFilter]
    list_select_related = ["product", "tax_class"]
    search_fields = ["sku"]  # that there is a search at all; see `get_search_results`
    search_help_text = "The beginning of an SKU, or words of the product's name"
    autocomplete_fields = ["product"]
    inlines = [PriceChangeInline]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ProductVariant], search_term: str
    ) -> tuple[QuerySet[ProductVariant], bool]:
        term, variants = search_term.strip(), ProductVariant.objects
        if not term:
            return queryset, False
        by_sku = variants.filter(sku__istartswith=term)
        return any_of(queryset, by_sku, variants.filter(product__in=products_matching(term))), False

    @display(description="Price reductions")
    def reduced(self, variant: ProductVariant) -> str:
        """The newest ones, which the price history below does not have."""
        rows = variant.reductions.all()[:10]
        told = [
            (money(row.price), *(date_and_time(each) if each else "…" for each in (row.starts_at, row.ends_at)))
            for row in rows
        ]
        return format_html_join(mark_safe("<br>"), "{}, {} to {}", told) or "-"

    def save_model(self, request: HttpRequest, obj: ProductVariant, form: VariantForm, change: bool) -> None:
        save_variant_form(form, cast(User, request.user))

    def get_fields(self, request: HttpRequest, obj: ProductVariant | None = None) -> list[str]:
        """The opening stock is asked for a new variant, which has no stock to show."""
        return [*self.fields, "reduced"] if obj else [*self.fields[:-2], "opening_stock"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A variant is set inactive and never deleted, since its ledger stays."""
        return False
