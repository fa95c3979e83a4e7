"""`CategoryAction`: the category of the chosen products, shown in a table before it is written."""

from collections import Counter
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from unfold.widgets import UnfoldAdminSelectWidget

from core.admin.confirmation import report
from core.admin.decorators import action
from core.text import counted
from inventory.models import Category, Product
from inventory.services.categories import change_category

MOST = 10_000  # products at once: they are one field of the form, of less than 400 kB
MOST_SHOWN = 400  # rows of the table; the numbers above it are those of all
NONE = "No category"
_SEEN = RegexValidator(r"^\d{1,18}:\d{0,18}(,\d{1,18}:\d{0,18})*$")


class BulkCategoryForm(forms.Form):
    """The new category. `seen` has the chosen products, each with the category in which it was shown."""

    category = forms.ModelChoiceField(
        Category.objects.all(),
        required=False,
        empty_label=NONE,
        widget=UnfoldAdminSelectWidget,
        help_text=f"“{NONE}”: they stay on sale, and are in no category.",
    )
    seen = forms.CharField(widget=forms.HiddenInput, validators=[_SEEN], max_length=400_000)

    def categories_seen(self) -> dict[int, int | None]:
        """The categories that were shown, by product; empty if the field is wrong, which no person can correct."""
        if "seen" in self.errors:
            return {}
        pairs = (pair.split(":") for pair in self.cleaned_data["seen"].split(","))
        return {int(pk): int(category) if category else None for pk, category in pairs}


class CategoryAction:
    """The action for the admin of products."""

    @action(description="Change category…", permissions=["change"])
    def change_category(self, request: HttpRequest, chosen: QuerySet[Product]) -> HttpResponse | None:
        """The first POST asks for the category, the second one shows what changes, the third one writes that."""
        form = BulkCategoryForm(request.POST if "seen" in request.POST else None)
        of_list = chosen.order_by().values_list("pk", flat=True)
        ids = list(form.categories_seen() if form.is_bound else of_list[: MOST + 1])
        if not 0 < len(ids) <= MOST:
            messages.error(request, f"Nothing was changed: please choose 1 to {MOST:,} products of the list.")
            return None
        if form.is_valid() and "write" in request.POST:
            try:
                return self._write_category(request, form)
            except ValidationError as refusal:
                form.add_error(None, refusal.messages)
        return self._show_category(request, form, ids)

    def _write_category(self, request: HttpRequest, form: BulkCategoryForm) -> HttpResponse:
        category, seen = form.cleaned_data["category"], form.categories_seen()

        def act() -> str:
            actor = cast(User, request.user)
            changed = change_category(seen=seen, category_id=category.pk if category else None, actor=actor)
            return f"{counted(changed, 'product', 'products')} changed. New category: {category or 'none'}."

        report(self, request, [], act)
        return redirect("admin:inventory_product_changelist")

    def _show_category(self, request: HttpRequest, form: BulkCategoryForm, ids: list[int]) -> HttpResponse:
        admin = cast(Any, self)
        products = Product.objects.filter(pk__in=ids).select_related("category").order_by("name", "pk")
        rows = [(product, str(product.category or NONE)) for product in products]
        category = form.cleaned_data.get("category") if form.is_bound and "category" not in form.errors else None
        context = {
            **admin.admin_site.each_context(request),
            "opts": admin.opts,
            "title": "Change category",
            "form": form,
            "is_ready": form.is_bound and "category" not in form.errors,
            "after": str(category or NONE),
            "rows": rows[:MOST_SHOWN],
            "more": len(rows) - MOST_SHOWN,
            "count": len(rows),
            "changes": sum(product.category != category for product, _ in rows),
            "befores": Counter(before for _, before in rows).most_common(),
            "seen": ",".join(f"{product.pk}:{product.category_id or ''}" for product, _ in rows),
            "first": rows[0][0].pk if rows else 0,
            "chosen": ACTION_CHECKBOX_NAME,
        }
        return render(request, "inventory/bulk_category.html", context, status=422 if form.errors else 200)
