"""Lists and forms of the admin with several rows: the watch over all requests fails those that ask row by row."""

import uuid

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from cart.models import Cart, CartItem
from cart.services import add_product_to_cart
from inventory.models import Product, ProductVariant, StockMovement
from tests.conftest import MakeVariant

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("staff"))
    return client


@pytest.fixture(autouse=True)
def three_of_each(make_variant: MakeVariant) -> None:
    """Three carts with three lines each, of three products with two variants each, and what came of it."""
    variants = [make_variant(20, threshold=15) for _ in range(3)]
    for variant in variants:
        ProductVariant.objects.create(product=variant.product, sku=f"{variant.sku}B", name="Blue", price=3)
    for number in range(3):
        user = User.objects.create_user(f"customer {number}") if number else None
        token = None if user else uuid.uuid4()
        for variant in variants:
            add_product_to_cart(user, variant.pk, 2, guest_token=token)


def address(model: type[Model], page: str, *ids: int) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=ids)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_list_asks_row_by_row(staff: Client, model: type[Model]) -> None:
    assert staff.get(address(model, "changelist")).status_code == 200


@pytest.mark.parametrize(
    "model", [Cart, CartItem, Product, ProductVariant, StockMovement], ids=lambda model: model.__name__
)
def test_no_form_asks_row_by_row(staff: Client, model: type[Model]) -> None:
    row = model._default_manager.first()
    assert row
    assert staff.get(address(model, "change", row.pk)).status_code == 200
