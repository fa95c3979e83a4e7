"""The list of goods."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from cart.owners import Owner
from inventory.models import Product, ProductVariant
from shop.catalog.selectors import PRODUCTS_A_PAGE
from tests.conftest import MakeVariant
from tests.support.pages import MakeSibling, become_guest, form, forms, text_of
from tests.support.shopping import add, nothing_changes, stock

pytestmark = pytest.mark.django_db


def names_in(page: str) -> list[str]:
    return re.findall(r'class="card-name">(.*?)<', page)


def test_a_card_has_name_price_and_availability(client: Client, variant: ProductVariant) -> None:
    page = text_of(client.get("/goods/"))
    assert names_in(page) == [variant.product.name]
    assert "£2.50" in page
    assert "In stock" not in page
    ProductVariant.objects.update(low_stock_threshold=10)
    assert "Only 10 left" in text_of(client.get("/goods/"))


def test_the_form_of_a_card_adds_one_and_comes_back_to_it(client: Client, make_variant: MakeVariant) -> None:
    variant, *_ = (make_variant() for _ in range(PRODUCTS_A_PAGE + 1))  # the oldest is alone on the second page
    response = form(client.get("/goods/?page=2"), "/cart/add/").post(client)
    assert (response.status_code, response["Location"]) == (303, f"/goods/?page=2#product-{variant.product_id}")
    assert stock(variant) == (9, 1)


def test_each_form_of_a_page_has_a_key_of_its_own(client: Client, make_variant: MakeVariant) -> None:
    make_variant(), make_variant()
    keys = [
        form.fields["key"]
        for page in (client.get("/goods/"), client.get("/goods/"))
        for form in forms(page, "/cart/add/")
    ]
    assert len(keys) == len(set(keys)) == 4


def test_a_product_with_several_variants_leads_to_its_page(
    client: Client, variant: ProductVariant, sibling: MakeSibling
) -> None:
    sibling(variant, "B")
    response = client.get("/goods/")
    assert forms(response, "/cart/add/") == []
    assert "<small>from</small> £2.50" in text_of(response)
    assert "2 to choose from" in text_of(response)


def test_what_is_not_sold_is_not_listed(client: Client, make_variant: MakeVariant, sibling: MakeSibling) -> None:
    make_variant(is_active=False)
    Product.objects.create(number="1", name="No variant", slug="1")
    half = make_variant()
    sibling(half, "B", is_active=False)
    response = client.get("/goods/")
    assert names_in(text_of(response)) == [half.product.name]
    assert form(response, "/cart/add/").fields["variant"] == str(half.pk)


def test_what_is_sold_out_cannot_be_added(client: Client, make_variant: MakeVariant) -> None:
    make_variant(0)
    response = client.get("/goods/")
    assert forms(response, "/cart/add/") == []
    assert "Sold out" in text_of(response)


def test_the_last_units_of_several_variants_are_summed(
    client: Client, make_variant: MakeVariant, sibling: MakeSibling
) -> None:
    variant = make_variant(2, threshold=5)
    sibling(variant, "B", stock_quantity=1, low_stock_threshold=5)
    assert "Only 3 left" in text_of(client.get("/goods/"))


def test_pages_follow_each_other(client: Client, make_variant: MakeVariant) -> None:
    for _ in range(PRODUCTS_A_PAGE * 2 + 1):
        make_variant(0)
    pages = [text_of(client.get(f"/goods/?page={number}")) for number in (1, 2, 3)]
    assert [len(names_in(page)) for page in pages] == [PRODUCTS_A_PAGE, PRODUCTS_A_PAGE, 1]
    assert len({name for page in pages for name in names_in(page)}) == PRODUCTS_A_PAGE * 2 + 1
    assert ['rel="prev"' in page for page in pages] == [False, True, True]
    assert ['rel="next" href="?page=2"' in pages[0], 'rel="next"' in pages[2]] == [True, False]


def test_an_empty_shop_says_so(client: Client) -> None:
    assert "The shelves are empty today." in text_of(client.get("/goods/"))


def test_a_page_costs_four_queries_however_much_is_on_it(
    client: Client, shopper: Owner, make_variant: MakeVariant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(PRODUCTS_A_PAGE + 3):
        make_variant()
    # 1: categories, and how many are in each. 2: the products. 3: their variants, with what is free. 4: the cart.
    with django_assert_num_queries(4):
        client.get("/goods/")


def test_looking_changes_nothing_and_is_not_stored(client: Client, variant: ProductVariant) -> None:
    with nothing_changes():
        response = client.get("/goods/")
    assert "no-store" in response["Cache-Control"]
    assert client.post("/goods/").status_code in {403, 405}


def test_nothing_is_fetched_from_elsewhere(client: Client, variant: ProductVariant) -> None:
    page = text_of(client.get("/goods/"))
    assert re.findall(r'(?:src|href|action)="((?:https?:)?//[^"]*)"', page) == ["http://testserver/goods/"]  # canonical
    assert re.findall(r"<script(?![^>]* src=)", page) == []


def pictures_of(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<img class="picture"[^>]*loading="(\w+)" fetchpriority="(\w+)"', page)


def test_the_first_cards_are_not_lazy(client: Client, make_variant: MakeVariant) -> None:
    """The page begins with them; they are asked for before the layout is known."""
    for _ in range(6):
        make_variant()
    first, later = ("eager", "high"), ("lazy", "auto")
    assert pictures_of(text_of(client.get("/goods/?sort=name"))) == [first] * 4 + [later] * 2


@pytest.mark.parametrize(("minutes", "text"), [(1, "1 minute"), (2, "2 minutes"), (30, "30 minutes")])
def test_how_long_things_are_held_has_its_singular(
    client: Client, variant: ProductVariant, settings: Settings, minutes: int, text: str
) -> None:
    settings.SHOP_HOLD_MINUTES = {"guest": minutes, "user": minutes}
    add(become_guest(client), variant)
    for address in ("/", "/goods/", variant.product.get_absolute_url(), "/cart/", "/legal/terms/", "/accounts/signup/"):
        page = text_of(client.get(address))
        assert re.search(rf"\b{text}\b", page)
        assert f"held for {minutes} minute" not in page.replace(text, "")
