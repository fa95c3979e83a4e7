"""Admin of categories, and of products with their photographs and variants."""

from math import inf
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin.base import ServiceAdmin
from core.admin.filters import any_of
from core.text import counted
from inventory.admin.bulk_category import CategoryAction, ProducerAction
from inventory.admin.bulk_sale import ListingAction
from inventory.admin.photos import PhotoInline
from inventory.admin.producers import SafetyFilter
from inventory.admin.variants import VariantInline, save_variant_form
from inventory.errors import ProductHasVariants
from inventory.forms import ProductForm
from inventory.models import Category, Product, ProductPhoto
from inventory.search import products_matching
from inventory.services import add_photos, change_photos, delete_category, delete_product, save_product


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
class ProductAdmin(ListingAction, CategoryAction, ProducerAction, ServiceAdmin):
    form = ProductForm
    actions = ["list_chosen", "hide_chosen", "change_category", "change_producer", "export_csv"]
    fields = [
        "number",
        "name",
        "slug",
        "category",
        "is_listed",
        "description",
        "facts",
        "producer",
        "warnings",
        "needs_no_warnings",
        "photographs",
    ]
    list_display = ["name", "number", "category", "units_sold", "is_listed"]
    export_fields = [
        *("number", "name", "slug", "category", "is_listed", "units_sold", "description", "facts"),
        *("producer", "warnings", "needs_no_warnings"),
    ]
    list_filter = ["category", "is_listed", SafetyFilter, "producer"]
    list_select_related = ["category", "producer"]  # the export has both
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
            save_variant_form(row, actor)

    def check_deletion(self, obj: Product) -> None:
        if count := obj.variants.count():
            raise ProductHasVariants(count)

    def delete_model(self, request: HttpRequest, obj: Product) -> None:
        delete_product(product=obj)
