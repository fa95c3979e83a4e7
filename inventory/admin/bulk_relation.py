"""`change_relation`, for actions: another category or producer for the chosen products, shown before it is written."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Model, QuerySet
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from unfold.widgets import UnfoldAdminSelectWidget

from core.admin.confirmation import report
from core.text import counted
from inventory.models import Product

MOST = 10_000  # products at once: they are one field of the form, of less than 400 kB
MOST_SHOWN = 400  # rows of the table; the numbers above it are those of all
_SEEN = RegexValidator(r"^\d{1,18}:\d{0,18}(,\d{1,18}:\d{0,18})*$")

# What products had when the person saw them, by id; the id of what they get, if any; who does it. Returns how many.
Write = Callable[[Mapping[int, int | None], int | None, User], int]


@dataclass(frozen=True)
class Relation:
    """A foreign key of products, with the words for it. `none` is the label of no row, `none_means` what that does."""

    column: str
    plural: str
    preposition: str
    model: type[Model]
    none_means: str

    @property
    def none(self) -> str:
        return f"No {self.column}"


class RelationForm(forms.Form):
    """The new row, in a field of the relation's name. `seen` has the chosen products, each with what was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, validators=[_SEEN], max_length=400_000)

    def __init__(self, relation: Relation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.relation = relation
        self.fields[relation.column] = forms.ModelChoiceField(
            relation.model._default_manager.all(),
            required=False,
            empty_label=relation.none,
            widget=UnfoldAdminSelectWidget,
            help_text=f"“{relation.none}”: {relation.none_means}",
        )

    @property
    def chosen(self) -> BoundField:
        return self[self.relation.column]

    @property
    def is_chosen(self) -> bool:
        """Whether a row that exists was chosen, or none on purpose."""
        return self.is_bound and self.relation.column not in self.errors

    @property
    def after(self) -> Any:
        """The row that was chosen, if any."""
        return self.cleaned_data.get(self.relation.column) if self.is_chosen else None

    def as_seen(self) -> dict[int, int | None]:
        """The ids that were shown, by product; empty if the field is wrong, which no person can correct."""
        if "seen" in self.errors:
            return {}
        pairs = (pair.split(":") for pair in self.cleaned_data["seen"].split(","))
        return {int(pk): int(before) if before else None for pk, before in pairs}


def change_relation(
    admin: Any, request: HttpRequest, chosen: QuerySet[Product], relation: Relation, write: Write
) -> HttpResponse | None:
    """The first POST asks for the new row, the second one shows what changes, the third one writes that."""
    form = RelationForm(relation, request.POST if "seen" in request.POST else None)
    of_list = chosen.order_by().values_list("pk", flat=True)
    ids = list(form.as_seen() if form.is_bound else of_list[: MOST + 1])
    if not 0 < len(ids) <= MOST:
        messages.error(request, f"Nothing was changed: please choose 1 to {MOST:,} products of the list.")
        return None
    if form.is_valid() and "write" in request.POST:
        try:
            return _write(admin, request, form, write)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
    return _show(admin, request, form, ids)


def _write(admin: Any, request: HttpRequest, form: RelationForm, write: Write) -> HttpResponse:
    row = form.after

    def act() -> str:
        changed = write(form.as_seen(), row.pk if row else None, cast(User, request.user))
        return f"{counted(changed, 'product', 'products')} changed. New {form.relation.column}: {row or 'none'}."

    report(admin, request, [], act)
    return redirect("admin:inventory_product_changelist")


def _show(admin: Any, request: HttpRequest, form: RelationForm, ids: list[int]) -> HttpResponse:
    relation, after = form.relation, form.after
    products = Product.objects.filter(pk__in=ids).select_related(relation.column).order_by("name", "pk")
    befores = [(product, getattr(product, relation.column)) for product in products]
    rows = [(product, str(before or relation.none)) for product, before in befores]
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": f"Change {relation.column}",
        "relation": relation,
        "form": form,
        "is_ready": form.is_chosen,
        "after": str(after or relation.none),
        "rows": rows[:MOST_SHOWN],
        "more": len(rows) - MOST_SHOWN,
        "count": len(rows),
        "changes": sum(before != after for _, before in befores),
        "befores": Counter(before for _, before in rows).most_common(),
        "seen": ",".join(f"{product.pk}:{before.pk if before else ''}" for product, before in befores),
        "first": rows[0][0].pk if rows else 0,
        "chosen": ACTION_CHECKBOX_NAME,
    }
    return render(request, "inventory/bulk_relation.html", context, status=422 if form.errors else 200)
