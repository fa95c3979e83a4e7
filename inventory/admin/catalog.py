"""Admin of categories, products and variants, of the price history and of the stock ledger.

Stock is read-only here. `cart.admin` extends `ProductVariantAdmin` with the page that moves stock.
"""

from math import inf
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.admin import TabularInline

from core.admin.base import ReadOnlyAdmin, ServiceAdmin
from core.admin.choices import ReadOnceField
from core.admin.decorators import money_column
from core.admin.filters import ChoiceFilter, Choices, any_of
from core.admin.number_fields import NUMBER_FIELDS
from core.admin.seen import SeenFormSet
from core.text import counted
from inventory.admin.bulk_prices import PriceAction
from inventory.admin.bulk_sale import ListingAction, SaleAction
from inventory.admin.photos import PhotoInline
from inventory.errors import ProductHasVariants
from inventory.forms import ProductForm, VariantForm
from inventory.models import Category, PriceChange, Product, ProductPhoto, ProductVariant, StockMovement
from inventory.search import products_matching
from inventory.services import (
    add_photos,
    change_photos,
    delete_category,
    delete_product,
    save_product,
    save_variant,
)


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


def _save_variant(form: VariantForm, actor: User) -> None:
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


@admin.register(Category)
class CategoryAdmin(ServiceAdmin):
    list_display = ["name", "slug", "place"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}

    def delete_model(self, request: HttpRequest, obj: Category) -> None:
        if left := delete_category(category=obj):
            of_none = counted(left, "product has no category now. It stays", "products have no category now. They stay")
            messages.warning(request, f"{of_none} on sale: give {'it' if left == 1 else 'them'} another.")


@admin.register(Product)
class ProductAdmin(ListingAction, ServiceAdmin):
    form = ProductForm
    actions = ["list_chosen", "hide_chosen", "export_csv"]
    fields = [
        "number",
        "name",
        "slug",
        "category",
        "is_listed",
        "description",
        "facts",
        "photographs",
    ]
    list_display = ["name", "number", "category", "units_sold", "is_listed"]
    export_fields = ["number", "name", "slug", "category", "is_listed", "units_sold", "description", "facts"]
    list_filter = ["category", "is_listed"]
    list_select_related = ["category"]
    search_fields = ["number"]  # that there is a search at all; see `get_search_results`
    search_help_text = "Words of the name, the number, or the beginning of an SKU"
    prepopulated_fields = {"slug": ["name", "number"]}
    inlines = [PhotoInline, VariantInline]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        by_sku = Product.objects.filter(variants__sku__istartswith=term)
        return any_of(queryset, Product.objects.filter(number__iexact=term), by_sku, products_matching(term)), False

    def get_inlines(self, request: HttpRequest, obj: Product | None) -> list[Any]:
        """A new product has no photographs yet."""
        return self.inlines if obj else [VariantInline]

    def save_model(self, request: HttpRequest, obj: Product, form: ProductForm, change: bool) -> None:
        save_product(product=obj, fields=form.changed_columns)
        if photos := form.cleaned_data["photographs"]:
            add_photos(product=obj, photos=photos)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save rows by their services. The form set's own save() only fills what the admin log records."""
        formset.save(commit=False)
        if formset.model is ProductPhoto:
            kept = [row for row in formset.forms if row.has_changed() and row not in formset.deleted_forms]
            if kept or formset.deleted_objects:
                changes = [(row.instance, row.changed_columns) for row in kept]
                change_photos(product=form.instance, changes=changes, removed=formset.deleted_objects)
            return
        actor = cast(User, request.user)
        changed = [row for row in formset.forms if row.has_changed()]
        # Locked by id, as everywhere; no other transaction knows the new ones.
        for row in sorted(changed, key=lambda row: row.instance.pk or inf):
            _save_variant(row, actor)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Refuse a product with variants before the page asks for confirmation."""
        product = self.get_object(request, object_id)
        if product is not None and (count := product.variants.count()):
            messages.error(request, f"{product}: {ProductHasVariants(count).message}")
            return redirect(reverse("admin:inventory_product_change", args=[product.pk]))
        answer: HttpResponse = super().delete_view(request, object_id, extra_context)
        return answer

    def delete_model(self, request: HttpRequest, obj: Product) -> None:
        delete_product(product=obj)


class PriceChangeInline(TabularInline):  # type: ignore[misc]
    """The price history of a variant, read-only."""

    model = PriceChange
    fields = ["created_at", "was", "now", "actor", "cause"]
    readonly_fields = fields
    was, now = money_column("old_price", "Old price"), money_column("new_price", "New price")
    verbose_name_plural = "price history"
    extra = 0
    per_page = 10
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("actor", "variant")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class WeightFilter(ChoiceFilter):
    """Variants whose weight is not known."""

    title, parameter_name = "weight", "weight"

    def options(self) -> Choices:
        return {"unknown": ("Not known", Q(weight_grams__isnull=True))}


class ProductVariantAdmin(PriceAction, SaleAction, _WithTaxClass, ServiceAdmin):
    """All fields of a variant; stock is read-only. `cart.admin` adds the page that moves stock, and registers it."""

    form = VariantForm
    fields = [
        "product",
        "sku",
        "name",
        "price",
        "tax_class",
        "weight_grams",
        "low_stock_threshold",
        "is_active",
        "stock_quantity",
        "reserved_quantity",
    ]
    readonly_fields = ["stock_quantity", "reserved_quantity"]
    list_display = ["sku", "product", "name", "costs", "stock_quantity", "reserved_quantity", "is_active"]
    export_fields = [
        *("sku", "product", "name", "price", "tax_class", "weight_grams"),
        *("stock_quantity", "reserved_quantity", "is_active"),
    ]
    actions = ["change_prices", "sell_chosen", "stop_chosen", "export_csv"]
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

    def save_model(self, request: HttpRequest, obj: ProductVariant, form: VariantForm, change: bool) -> None:
        _save_variant(form, cast(User, request.user))

    def get_fields(self, request: HttpRequest, obj: ProductVariant | None = None) -> list[str]:
        """The opening stock is asked for a new variant, which has no stock to show."""
        return self.fields if obj else [*self.fields[:-2], "opening_stock"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A variant is set inactive and never deleted, since its ledger stays."""
        return False


@admin.register(PriceChange)
class PriceChangeAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "variant", "was", "now", "actor", "cause"]
    export_fields = ["created_at", "variant", "old_price", "new_price", "actor", "cause"]
    was, now = money_column("old_price", "Old price"), money_column("new_price", "New price")
    list_select_related = ["variant", "actor"]
    search_fields = ["variant__sku__istartswith"]  # by its index, as in the ledger


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "variant", "kind", "delta", "balance_after", "reason", "actor"]
    list_filter = ["kind"]
    list_select_related = ["variant", "actor"]
    search_fields = ["variant__sku__istartswith"]  # by its index: reasons are looked for in an export
