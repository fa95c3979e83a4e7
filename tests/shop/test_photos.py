"""Photographs in the place of a drawing: sent in the admin, several at once, and shown in the shop."""

import re
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
from tests.conftest import MakeVariant
from tests.inventory.test_photos import file
from tests.support.admin_pages import as_shown, filled_in
from tests.support.pages import MakeSibling, text_of

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
    fields |= {"category": str(product.category_id or ""), "description": "", "facts": ""}
    rows = {f"{prefix}-{name}_FORMS": "0" for prefix in ("variants", "photos") for name in ("TOTAL", "INITIAL")}
    return staff.post(f"/admin/inventory/product/{product.pk}/change/", fields | as_shown(fields) | rows | changes)


def rearrange(staff: Client, product: Product, **typed: list[Any]) -> Any:
    """Send the page of a product as it is now, with what is typed into the rows of its photographs."""
    address = f"/admin/inventory/product/{product.pk}/change/"
    return staff.post(address, filled_in(staff.get(address)) | typed)


def upload(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


@pytest.fixture
def pictured(staff: Client, variant: ProductVariant) -> Product:
    assert save(staff, variant.product, photographs=[upload(file())]).status_code == 302
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
    response = save(staff, variant.product, photographs=[upload(b"<svg/>", "photo.jpg")], name="New name")
    assert "This is no picture that we can read" in text_of(response)
    variant.product.refresh_from_db()
    assert (variant.product.photo, variant.product.name != "New name") == ("", True)
    assert list(media.rglob("*")) == []


def test_a_file_that_is_too_large_is_refused_beside_its_field(staff: Client, variant: ProductVariant) -> None:
    response = save(staff, variant.product, photographs=[upload(file() + b"\0" * LARGEST_FILE)])
    assert "The file is too large: at most 8 MB" in text_of(response)
    variant.product.refresh_from_db()
    assert variant.product.photo == ""


def test_a_photograph_stays_until_it_is_taken_away(staff: Client, pictured: Product) -> None:
    save(staff, pictured)
    assert Product.objects.get(pk=pictured.pk).photo == pictured.photo
    assert pictured.photo in text_of(staff.get(f"/admin/inventory/product/{pictured.pk}/change/"))
    assert rearrange(staff, pictured, **{"photos-0-DELETE": ["on"]}).status_code == 302
    assert Product.objects.get(pk=pictured.pk).photo == ""
    assert not pictured.photos.exists()


def test_a_product_saved_without_a_category_gets_that_of_its_name(staff: Client, variant: ProductVariant) -> None:
    save(staff, variant.product, name="Red Mug")
    variant.product.refresh_from_db()
    assert variant.product.category == Category.objects.get(slug="kitchen")
    garden = Category.objects.get(slug="garden")
    save(staff, variant.product, name="Red Mug", category=garden.pk)
    variant.product.refresh_from_db()
    assert variant.product.category == garden


# --- Several


def names(product: Product) -> list[str]:
    return list(product.photos.values_list("name", flat=True))


def colours(*widths: int) -> list[SimpleUploadedFile]:
    return [upload(file(size=(width, 40)), f"{width}.jpg") for width in widths]


def test_several_are_added_at_once_behind_those_that_are_there(staff: Client, pictured: Product) -> None:
    assert save(staff, pictured, photographs=colours(50, 60)).status_code == 302
    assert names(pictured)[0] == pictured.photo
    assert list(pictured.photos.values_list("place", flat=True)) == [1, 2, 3]
    save(staff, pictured, photographs=colours(60))
    assert len(names(pictured)) == 3, "one that is there is not added again"


def test_one_bad_file_among_good_ones_is_named_and_nothing_is_changed(
    staff: Client, variant: ProductVariant, media: Path
) -> None:
    files = [*colours(50), upload(b"<svg/>", "bad.jpg"), *colours(60)]
    page = text_of(save(staff, variant.product, photographs=files, name="New name"))
    assert "bad.jpg: This is no picture that we can read" in page
    assert "No photograph was added." in page
    assert (names(variant.product), list(media.rglob("*"))) == ([], [])
    assert not Product.objects.filter(name="New name").exists()


def test_more_than_ten_at_once_are_refused(staff: Client, variant: ProductVariant, media: Path) -> None:
    assert "At most 10 photographs at once" in text_of(
        save(staff, variant.product, photographs=colours(*range(40, 51)))
    )
    assert list(media.rglob("*")) == []


def test_the_first_by_place_is_that_of_cards(staff: Client, pictured: Product) -> None:
    save(staff, pictured, photographs=colours(50, 60))
    first, second, third = names(pictured)
    assert rearrange(staff, pictured, **{"photos-2-place": ["0"]}).status_code == 302
    assert names(pictured) == [third, first, second]
    assert product_picture(Product.objects.get(pk=pictured.pk)) == f"/photos/{third}-card.webp"
    assert rearrange(staff, pictured, **{"photos-0-DELETE": ["on"]}).status_code == 302
    assert Product.objects.get(pk=pictured.pk).photo == first


@pytest.fixture
def blue(staff: Client, pictured: Product, sibling: MakeSibling) -> ProductVariant:
    """A second variant with a photograph of its own, the product's second."""
    variant = sibling(pictured.variants.get(), "Blue")
    save(staff, pictured, photographs=colours(50))
    typed = {"photos-1-variant": [str(variant.pk)], "photos-1-alt": ["The blue one & its box"]}
    assert rearrange(staff, pictured, **typed).status_code == 302
    variant.refresh_from_db()
    return variant


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Target": "product"}])
def test_a_chosen_variant_shows_its_own_first(client: Client, blue: ProductVariant, headers: dict[str, str]) -> None:
    own, shared = blue.photo, blue.product.photo
    assert own != shared
    page = client.get(blue.get_absolute_url(), headers=headers).content.decode()
    assert re.findall(r'<a class="shot" href="/photos/(\w+)-page.webp"', page) == [own, shared]
    assert 'alt="The blue one &amp; its box"' in page
    page = text_of(client.get(blue.product.get_absolute_url()))
    assert re.findall(r'<a class="shot" href="/photos/(\w+)-page.webp"', page) == [shared, own]


def test_a_cart_shows_the_variant_of_its_line(client: Client, blue: ProductVariant) -> None:
    client.post("/cart/add/", {"variant": blue.pk, "quantity": 1, "key": "k"})
    assert f"/photos/{blue.photo}-card.webp" in text_of(client.get("/cart/"))


def test_a_variant_whose_photograph_is_removed_shows_that_of_the_product(staff: Client, blue: ProductVariant) -> None:
    assert rearrange(staff, blue.product, **{"photos-1-DELETE": ["on"]}).status_code == 302
    blue.refresh_from_db()
    assert blue.photo == ""
    assert product_picture(blue.product, blue) == product_picture(blue.product)


def test_variants_of_other_products_are_not_offered(
    staff: Client, pictured: Product, make_variant: MakeVariant
) -> None:
    other = make_variant()
    assert "valid choice" in text_of(rearrange(staff, pictured, **{"photos-0-variant": [str(other.pk)]}))
    assert pictured.photos.get().variant is None


def test_one_that_a_process_of_the_version_before_wrote_is_shown_and_taken_over(
    staff: Client, client: Client, pictured: Product
) -> None:
    Product.objects.filter(pk=pictured.pk).update(photo="e" * 32)
    page = text_of(client.get(pictured.get_absolute_url()))
    assert re.findall(r'<a class="shot" href="/photos/(\w+)-page.webp"', page) == ["e" * 32, pictured.photo]
    save(staff, pictured, photographs=colours(50))
    assert names(pictured)[:2] == ["e" * 32, pictured.photo]
    assert Product.objects.get(pk=pictured.pk).photo == "e" * 32


def test_all_are_in_structured_data(client: Client, blue: ProductVariant) -> None:
    page = client.get(blue.product.get_absolute_url()).content.decode()
    own, shared = (f"http://testserver/photos/{name}-page.webp" for name in (blue.photo, blue.product.photo))
    assert f'"image": ["{shared}", "{own}"]' in page


def test_a_drawing_says_that_it_is_one(client: Client, variant: ProductVariant, settings: Settings) -> None:
    assert "Illustration" in text_of(client.get(variant.product.get_absolute_url()))
    settings.SHOP_PLACEHOLDER_PICTURE = ""
    assert "Illustration" not in text_of(client.get(variant.product.get_absolute_url()))
