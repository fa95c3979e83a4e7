"""No page of the back office writes a number of stock, of a hold or of the ledger, whatever is posted to it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse

from cart.models import Cart, CartItem
from cart.owners import Owner
from inventory.models import PriceChange, ProductVariant, StockMovement
from tests.support.admin_pages import as_shown
from tests.support.shopping import add

pytestmark = pytest.mark.django_db

# What only services may write; of lines, the ledger and the price history that is all of it.
GUARDED: dict[type, set[str]] = {
    ProductVariant: {"stock_quantity", "reserved_quantity"},
    Cart: {"status", "version", "total_price", "totals_version", "guest_token", "user"},
    CartItem: {field.name for field in CartItem._meta.fields},
    StockMovement: {field.name for field in StockMovement._meta.fields},
    PriceChange: {field.name for field in PriceChange._meta.fields},
}
FORGED = {"stock_quantity": 999, "reserved_quantity": 999, "quantity": 999, "delta": 999, "balance_after": 999}
PREFIXES = ("", "form-0-", "variants-0-", "items-0-", "movements-0-", "price_changes-0-")

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def superuser() -> User:
    return User.objects.create_superuser("root")


def forms_of(model_admin: Any, request: Any) -> Iterator[tuple[Any, Any]]:
    """The form for adding and for changing, those of the inlines, and that of a list that is edited in place."""
    for row in (None, model_admin.model._default_manager.first()):
        may = model_admin.has_change_permission(request, row) if row else model_admin.has_add_permission(request)
        if may:
            yield model_admin.model, model_admin.get_form(request, row, change=row is not None)
        for formset, inline in model_admin.get_formsets_with_inlines(request, row):
            if inline.has_change_permission(request, row) or inline.has_add_permission(request, row):
                yield inline.model, formset.form
    if model_admin.list_editable:
        yield model_admin.model, model_admin.get_changelist_form(request)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_form_has_such_a_field(
    superuser: User, rf: RequestFactory, model: Any, guest: Owner, variant: ProductVariant
) -> None:
    add(guest, variant, 2)
    request = rf.get("/")
    request.user = superuser
    model_admin = admin.site._registry[model]
    for form_model, form in forms_of(model_admin, request):
        assert not set(form.base_fields) & GUARDED.get(form_model, set()), form_model
    assert not set(model_admin.list_editable) & GUARDED.get(model, set())


def numbers() -> list[Any]:
    tables: list[Any] = [ProductVariant, CartItem, StockMovement]
    return [list(table.objects.order_by("pk").values()) for table in tables]


# The page of a user asks for the user several times, and has nothing to do with stock.
@pytest.mark.parametrize("model", [one for one in MODELS if one is not User], ids=lambda model: model._meta.label)
def test_forged_numbers_change_nothing(
    client: Client, superuser: User, model: Any, guest: Owner, variant: ProductVariant
) -> None:
    """Sent to each page of each model, under the names that a form, an inline or an edited list would have."""
    add(guest, variant, 2)
    client.force_login(superuser)
    before, name = numbers(), f"admin:{model._meta.app_label}_{model._meta.model_name}"
    counts = ("TOTAL_FORMS", "INITIAL_FORMS")
    rows = {f"{prefix.split('-')[0]}-{count}": 1 for prefix in PREFIXES[1:] for count in counts}
    forged = {f"{prefix}{field}": value for prefix in PREFIXES for field, value in FORGED.items()}
    ids = {f"{prefix}id": variant.pk for prefix in PREFIXES[1:]}
    row = model._default_manager.first()
    client.post(reverse(f"{name}_changelist"), rows | ids | forged | {"_save": "Save"})
    client.post(reverse(f"{name}_add"), rows | ids | forged)
    if row is not None:
        client.post(reverse(f"{name}_change", args=[row.pk]), rows | ids | forged)
    assert numbers() == before


def test_a_forged_number_beside_a_right_form_changes_nothing(
    client: Client, superuser: User, variant: ProductVariant
) -> None:
    """The forms above were refused or not made for it; these two are saved, and the numbers passed over."""
    client.force_login(superuser)
    fields = {"sku": variant.sku, "name": "Blue", "price": "2.50", "low_stock_threshold": 1, "is_active": "on"}
    fields |= {"id": variant.pk, "product": variant.product_id} | FORGED
    product = variant.product
    page = {"number": product.number, "name": "Teapot", "slug": product.slug, "is_listed": "on"}
    rows = {"variants-TOTAL_FORMS": 1, "variants-INITIAL_FORMS": 1, "photos-TOTAL_FORMS": 0, "photos-INITIAL_FORMS": 0}
    inline = {f"variants-0-{field}": value for field, value in fields.items()}
    seen = {
        "name": product.name,
        "variants-0-name": variant.name,
        "variants-0-low_stock_threshold": variant.low_stock_threshold,
    }
    answer = client.post(
        reverse("admin:inventory_product_change", args=[product.pk]), page | rows | inline | as_shown(seen)
    )
    assert answer.status_code == 302
    rows = {"price_changes-TOTAL_FORMS": 0, "price_changes-INITIAL_FORMS": 0}
    change = reverse("admin:inventory_productvariant_change", args=[variant.pk])
    assert client.post(change, fields | rows | as_shown({"name": "Blue"}) | {"name": "Green"}).status_code == 302
    now = ProductVariant.objects.get()
    assert (now.name, now.stock_quantity, now.reserved_quantity) == ("Green", 10, 0)
