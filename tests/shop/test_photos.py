"""A photograph in the place of a drawing: sent in the admin, shown in the shop."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from inventory.models import Category, Product, ProductVariant
from inventory.photos import LARGEST_FILE
from shop.catalog.pictures import product_picture
from tests.inventory.test_photos import file
from tests.support.admin_pages import as_shown
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("staff"))
    return client


def save(staff: Client, product: Product, **changes: Any) -> Any:
    """Send the page of a product as it shows this instance."""
    fields = {"number": product.number, "name": product.name, "slug": product.slug, "is_listed": "on"}
    fields |= {"category": str(product.category_id or ""), "photo_seen": product.photo}
    rows = {f"variants-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}
    return staff.post(f"/admin/inventory/product/{product.pk}/change/", fields | as_shown(fields) | rows | changes)


def upload(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


@pytest.fixture
def pictured(staff: Client, variant: ProductVariant) -> Product:
    assert save(staff, variant.product, photograph=upload(file())).status_code == 302
    return Product.objects.get(pk=variant.product_id)


def test_it_takes_the_place_of_the_drawing_everywhere(client: Client, pictured: Product) -> None:
    address = product_picture(pictured)
    assert address == f"/photos/{pictured.photo}-card.webp"
    assert address in text_of(client.get("/"))
    assert product_picture(pictured, size="page") in text_of(client.get(pictured.get_absolute_url()))


def test_it_is_kept_for_ever_and_asks_the_database_nothing(
    client: Client, pictured: Product, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = client.get(product_picture(pictured))
    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    again = client.get(product_picture(pictured), headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["0" * 32 + "-card", "0" * 32 + "-huge", "../settings", "%2e%2e%2fx"])
def test_what_is_not_stored_is_not_found(client: Client, name: str) -> None:
    assert client.get(f"/photos/{name}.webp").status_code == 404


def test_a_bad_file_is_refused_beside_its_field_and_nothing_is_stored(
    staff: Client, variant: ProductVariant, media: Path
) -> None:
    response = save(staff, variant.product, photograph=upload(b"<svg/>", "photo.jpg"), name="New name")
    assert "This is no picture that we can read" in text_of(response)
    variant.product.refresh_from_db()
    assert (variant.product.photo, variant.product.name != "New name") == ("", True)
    assert list(media.rglob("*")) == []


def test_a_file_that_is_too_large_is_refused_beside_its_field(staff: Client, variant: ProductVariant) -> None:
    response = save(staff, variant.product, photograph=upload(file() + b"\0" * LARGEST_FILE))
    assert "The file is too large: at most 8 MB" in text_of(response)
    variant.product.refresh_from_db()
    assert variant.product.photo == ""


def test_a_photograph_stays_until_it_is_taken_away(staff: Client, pictured: Product) -> None:
    save(staff, pictured)
    assert Product.objects.get(pk=pictured.pk).photo == pictured.photo
    assert pictured.photo in text_of(staff.get(f"/admin/inventory/product/{pictured.pk}/change/"))
    save(staff, pictured, remove_photograph="on")
    assert Product.objects.get(pk=pictured.pk).photo == ""


def test_a_product_saved_without_a_category_gets_that_of_its_name(staff: Client, variant: ProductVariant) -> None:
    save(staff, variant.product, name="Red Mug")
    variant.product.refresh_from_db()
    assert variant.product.category == Category.objects.get(slug="kitchen")
    garden = Category.objects.get(slug="garden")
    save(staff, variant.product, name="Red Mug", category=garden.pk)
    variant.product.refresh_from_db()
    assert variant.product.category == garden
