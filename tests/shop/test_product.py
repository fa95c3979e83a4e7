"""One product's page."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from cart.models import CartItem
from cart.owners import Owner
from inventory.models import Product, ProductVariant
from shop.catalog.pictures import product_picture
from shop.wording import clock_time
from tests.conftest import MakeVariant
from tests.support.pages import MakeSibling, form, forms, text_of
from tests.support.shopping import add, expire, held, nothing_changes

pytestmark = pytest.mark.django_db


def page_of(client: Client, variant: ProductVariant) -> str:
    return text_of(client.get(variant.product.get_absolute_url()))


def picker_of(page: str) -> dict[int, bool]:
    """The variants one can pick, and which of them is."""
    links = re.findall(r'<a class="variant [a-z_]+" id="variant-(\d+)" href="[^"]+"( aria-current="true")?', page)
    return {int(number): bool(current) for number, current in links}


def other() -> Owner:
    return Owner(guest_token=uuid.uuid4())


def test_it_shows_name_price_sku_and_a_form_for_one(client: Client, variant: ProductVariant) -> None:
    response = client.get(variant.product.get_absolute_url())
    page = text_of(response)
    assert f"<h1>{variant.product.name}</h1>" in page
    assert variant.sku in page
    assert "£2.50" in page
    fields = form(response, "/cart/add/").fields
    assert (fields["variant"], fields["quantity"]) == (str(variant.pk), "1")


@pytest.mark.parametrize(
    ("stock", "threshold", "text"),
    [(6, 5, "In stock"), (5, 5, "Only 5 left"), (1, 5, "Only 1 left"), (1, 0, "In stock"), (0, 5, "Sold out")],
)
def test_availability(client: Client, make_variant: MakeVariant, stock: int, threshold: int, text: str) -> None:
    assert f">{text}</p>" in page_of(client, make_variant(stock, threshold=threshold))


def test_all_in_other_carts_says_when_the_first_is_freed(client: Client, variant: ProductVariant) -> None:
    later, first = held(other(), variant, 4), held(other(), variant, 6)
    soon = timezone.now() + timedelta(minutes=7)
    CartItem.objects.filter(pk=first.pk).update(reserved_until=soon)
    page = page_of(client, variant)
    assert f"All in other carts, perhaps free again at {clock_time(soon)}" in page
    assert clock_time(soon) != clock_time(later.reserved_until or soon)
    assert "Add to cart" not in page
    assert "Check again" in page


def test_run_out_holds_of_others_count_as_free(client: Client, make_variant: MakeVariant) -> None:
    variant = make_variant(3, threshold=5)
    expire(held(other(), variant, 3))
    assert "Only 3 left" in page_of(client, variant)


def test_the_shoppers_own_units_are_not_offered_to_them(
    client: Client, shopper: Owner, variant: ProductVariant
) -> None:
    add(shopper, variant, 10)
    assert "The last ones are in your cart" in page_of(client, variant)


def test_each_variant_has_its_own_price_and_availability(
    client: Client, variant: ProductVariant, sibling: MakeSibling
) -> None:
    blue = sibling(variant, "Blue", stock_quantity=2, low_stock_threshold=5, price=4)
    gone = sibling(variant, "Gone", stock_quantity=0)
    sibling(variant, "Hidden", is_active=False)
    page = page_of(client, variant)
    assert picker_of(page) == {variant.pk: True, blue.pk: False, gone.pk: False}
    assert [text in page for text in ("Only 2 left", "£4.00", "Sold out", "Hidden")] == [True, True, True, False]


def test_it_begins_with_a_variant_that_can_be_had(
    client: Client, make_variant: MakeVariant, sibling: MakeSibling
) -> None:
    gone = make_variant(0)
    blue = sibling(gone, "Blue")
    response = client.get(gone.product.get_absolute_url())
    assert form(response, "/cart/add/").fields["variant"] == str(blue.pk)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Target": "product"}])
def test_picture_price_availability_and_form_are_of_the_variant_picked(
    client: Client, variant: ProductVariant, sibling: MakeSibling, headers: dict[str, str]
) -> None:
    blue = sibling(variant, "Blue", price=4, stock_quantity=3, low_stock_threshold=5)
    (address,) = re.findall(rf'id="variant-{blue.pk}" href="([^"]+)"', page_of(client, variant))
    response = client.get(address, headers=headers)
    page = text_of(response)
    assert ("<html" in page) is (not headers)
    assert product_picture(blue.product, blue, "page") in page
    assert '<p class="price">£4.00</p>' in page
    assert 'id="availability">Only 3 left<' in page
    assert picker_of(page) == {variant.pk: False, blue.pk: True}
    assert form(response, "/cart/add/").fields["variant"] == str(blue.pk)


def test_an_add_without_scripts_comes_back_to_the_variant(
    client: Client, variant: ProductVariant, sibling: MakeSibling
) -> None:
    blue = sibling(variant, "Blue")
    address = f"{variant.product.get_absolute_url()}?variant={blue.sku}"
    assert form(client.get(address), "/cart/add/").post(client)["Location"] == address


def test_a_variant_that_cannot_be_had_is_shown_without_a_form(
    client: Client, variant: ProductVariant, sibling: MakeSibling
) -> None:
    gone = sibling(variant, "Gone", stock_quantity=0)
    page = text_of(client.get(f"{variant.product.get_absolute_url()}?variant={gone.sku}"))
    assert ('id="availability">Sold out<' in page, "Check again" in page, "Add to cart" in page) == (True, True, False)


@pytest.mark.parametrize("sku", ["", "nothing", "%00", "'"])
def test_a_variant_that_there_is_not_is_as_good_as_none(client: Client, variant: ProductVariant, sku: str) -> None:
    response = client.get(f"{variant.product.get_absolute_url()}?variant={sku}")
    assert form(response, "/cart/add/").fields["variant"] == str(variant.pk)


def test_the_quantity_goes_up_to_what_is_free_for_this_shopper(
    client: Client, shopper: Owner, make_variant: MakeVariant, settings: Settings
) -> None:
    variant = make_variant(30)
    add(shopper, variant, 2)
    expire(held(other(), variant, 5))
    add(other(), variant, 4)
    assert 'data-most="24"' in page_of(client, variant)
    settings.SHOP_MAX_UNITS_PER_LINE = 20
    assert 'data-most="20"' in page_of(client, variant)


def test_what_is_not_sold_is_not_found(client: Client, make_variant: MakeVariant) -> None:
    hidden = make_variant(is_active=False)
    assert client.get(hidden.product.get_absolute_url()).status_code == 404
    assert client.get("/products/no-such-thing/").status_code == 404
    assert client.get("/products/%00/").status_code == 404


def test_what_is_not_listed_is_on_no_page(client: Client, variant: ProductVariant) -> None:
    Product.objects.filter(pk=variant.product_id).update(is_listed=False)
    assert client.get(variant.product.get_absolute_url()).status_code == 404
    assert variant.product.name not in text_of(client.get("/"))


def test_names_are_escaped(client: Client, variant: ProductVariant) -> None:
    variant.product.name = "<script>alert(1)</script>"
    variant.product.save(update_fields=["name"])
    assert b"<script>alert" not in client.get(variant.product.get_absolute_url()).content


def test_it_costs_three_queries_however_many_variants(
    client: Client,
    shopper: Owner,
    variant: ProductVariant,
    sibling: MakeSibling,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for letter in "BCDEFGH":
        sibling(variant, letter)
    # 1: the product. 2: its variants, with what is free and when. 3: the header's cart.
    with django_assert_num_queries(3):
        client.get(variant.product.get_absolute_url())


def test_looking_changes_nothing_and_is_not_stored(client: Client, variant: ProductVariant) -> None:
    with nothing_changes():
        response = client.get(variant.product.get_absolute_url())
    assert "no-store" in response["Cache-Control"]
    assert forms(response, "/cart/add/")
