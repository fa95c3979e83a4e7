"""Search, categories, sort and filters, as a browser without JavaScript asks for them."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from cart.owners import Owner
from inventory.categories import ensure_categories
from inventory.models import Category, Product, ProductVariant, Synonym
from inventory.search import _words_on_sale, products_matching
from shop.catalog.query import read_query
from shop.catalog.selectors import PRODUCTS_A_PAGE
from tests.conftest import MakeVariant
from tests.support.pages import MakeSibling, MakeUser, text_of
from tests.support.shopping import expire, held

pytestmark = pytest.mark.django_db


def names_in(response: Any) -> list[str]:
    return re.findall(r'class="card-name">(.*?)<', text_of(response))


def corrections(response: Any) -> list[str]:
    return re.findall(r'class="correction" role="status">(.*?)<', text_of(response))


@pytest.fixture(autouse=True)
def words_of_this_test() -> None:
    _words_on_sale.cache_clear()


@pytest.fixture
def make(make_variant: MakeVariant) -> Any:
    """Make a variant whose product has this name."""

    def product(name: str, stock: int = 10, *, slug: str | None = None, **columns: Any) -> ProductVariant:
        variant = make_variant(stock, **columns)
        variant.product.name = name
        variant.product.category_id = ensure_categories()[slug] if slug else None
        variant.product.save(update_fields=["name", "category"])
        return variant

    return product


# --- Search


def test_all_words_must_be_there_and_the_last_may_be_a_beginning(client: Client, make: Any) -> None:
    make("Red Retrospot Mug"), make("Red Retrospot Bag"), make("Blue Mug")
    assert names_in(client.get("/goods/?q=red mug")) == ["Red Retrospot Mug"]
    assert names_in(client.get("/goods/?q=red retro")) == ["Red Retrospot Bag", "Red Retrospot Mug"]
    assert corrections(client.get("/goods/?q=retro red"))  # nothing, but something for "retrospot red"
    assert corrections(client.get("/goods/?q=red mug")) == []


def test_words_are_found_in_their_other_forms_and_of_variants(client: Client, make: Any, sibling: MakeSibling) -> None:
    parasol = make("Paper Parasol")
    sibling(parasol, "Pink"), sibling(parasol, "Grey", is_active=False)
    assert names_in(client.get("/goods/?q=pink+parasols")) == ["Paper Parasol"]
    assert names_in(client.get("/goods/?q=grey parasol")) == []


def test_an_exact_number_or_sku_comes_first_and_then_the_better_match(
    client: Client, make: Any, sibling: MakeSibling
) -> None:
    make("84997 84997 84997"), make("Zinc Bowl")
    Product.objects.filter(name="Zinc Bowl").update(number="84997")
    assert names_in(client.get("/goods/?q=84997")) == ["Zinc Bowl", "84997 84997 84997"]
    sibling(make("A Vase"), "Zinc")
    assert names_in(client.get("/goods/?q=zinc")) == ["Zinc Bowl", "A Vase"]
    sku = ProductVariant.objects.get(product__name="A Vase", name="Standard").sku
    assert names_in(client.get("/goods/", {"q": sku.lower()})) == ["A Vase"]


def test_what_was_typed_stays_in_the_field_and_is_escaped(client: Client) -> None:
    response = client.get("/goods/", {"q": '  "><script>  mug '})
    assert 'value="&quot;&gt;&lt;script&gt; mug"' in response.content.decode()
    assert "Nothing goes by" in text_of(response)
    assert "See all goods" in text_of(response)


@pytest.mark.parametrize(
    "typed",
    ["'", '"', "'':*", "a & | ! (b) <-> :*A", "\\", "%", "\x00", "mug\x00cup", "the of and", "the", "!!!", "-mug", "²",
     "x" * 10_000, "mug " * 3000, "\u202e", "😀", "\ud800".encode("utf-8", "surrogatepass"), "İı", "a_b:c", "'; DROP"],
)  # fmt: skip
def test_anything_may_be_typed(client: Client, make: Any, typed: str | bytes) -> None:
    make("Blue Mug")
    assert client.get("/goods/", {"q": typed}).status_code == 200


def test_a_search_in_a_category_tells_of_the_others(client: Client, make: Any) -> None:
    make("Blue Mug", slug="kitchen"), make("Blue Bag", slug="bags")
    response = client.get("/c/bags/?q=mug")
    assert names_in(response) == []
    assert "“mug” in Bags &amp; umbrellas" in response.content.decode()
    assert '<a role="button" class="secondary" href="/goods/?q=mug">1 in all categories' in text_of(response)


# --- Nothing found


def test_a_near_spelling_is_asked_about_and_its_goods_are_shown(client: Client, make: Any) -> None:
    for number in range(PRODUCTS_A_PAGE + 1):
        make(f"Umbrella {number}", slug="bags")
    make("Blue Mug", slug="kitchen")
    response = client.get("/goods/?q=umbrela&sort=name")
    (said,) = corrections(response)
    assert said.startswith("Nothing goes by “umbrela”. Did you mean ")
    page = text_of(response)
    assert 'Did you mean <a href="?q=umbrella&sort=name">umbrella</a>?</p>' in page
    assert len(names_in(response)) == PRODUCTS_A_PAGE
    assert 'rel="next" href="?q=umbrella&sort=name&page=2"' in page
    assert 'name="q" value="umbrella"' in page
    assert corrections(client.get("/goods/?q=umbrella&sort=name")) == []


def test_a_near_spelling_is_looked_for_with_the_same_filters(client: Client, make: Any) -> None:
    make("Umbrella", price="9.00", slug="bags")
    assert "1 in all categories" in text_of(client.get("/c/kitchen/?q=umbrela"))
    assert names_in(client.get("/goods/?q=umbrela&max=10")) == ["Umbrella"]
    assert names_in(client.get("/goods/?q=umbrela&max=2")) == []
    assert "Nothing goes by “umbrela” here." in text_of(client.get("/goods/?q=umbrela&max=2"))


def test_what_is_near_to_a_spelling_is_escaped(client: Client, make: Any) -> None:
    make("Umbrella")
    page = client.get("/goods/", {"q": "umbrela<script>"}).content.decode()
    assert "<script>" not in page
    assert "Nothing goes by “umbrela&lt;script&gt;”" in page


@pytest.mark.parametrize(
    "address", ["/goods/?q=zzqx", "/c/bags/?q=zzqx", "/goods/?max=0.01", "/c/bags/", "/c/bags/?stock=1"]
)
def test_where_nothing_is_found_the_categories_are_offered(client: Client, make: Any, address: str) -> None:
    make("Blue Mug", slug="kitchen")
    page = text_of(client.get(address))
    assert '<ul class="category-tiles">' in page
    tiles = page[page.index('<ul class="category-tiles">') :]
    assert 'href="/c/kitchen/"' in tiles
    assert 'href="/c/bags/"' not in tiles
    assert "Perhaps" in page
    assert ("Sort and filter" in page) == ("max" in address or "stock" in address)


def test_a_shop_without_categories_offers_none(client: Client, make: Any) -> None:
    make("Blue Mug")
    page = text_of(client.get("/goods/?q=zzqx"))
    assert "category-tiles" not in page
    assert "Perhaps" not in page
    assert "See all goods" in page


def test_synonyms_of_staff_are_known_at_once(client: Client, make: Any) -> None:
    make("Brolly")
    assert names_in(client.get("/goods/?q=parapluie")) == []
    Synonym.objects.create(words="brolly, parapluie")
    assert names_in(client.get("/goods/?q=parapluie")) == ["Brolly"]


NAME = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200)


@settings(max_examples=50)
@given(NAME)
@example("👨\u200d👩\u200d👧 mug")
@example("A4/A5 folder & clip")
@example("Crème\u00a0brûlée")
def test_an_exact_name_is_found_as_the_page_reads_it(name: str) -> None:
    product = Product.objects.create(number="1", name=name, slug="one")
    assert product in products_matching(read_query({"q": name}).text)
    product.delete()


# --- Categories


def test_a_category_has_its_own_goods_and_address(client: Client, make: Any) -> None:
    make("Blue Mug", slug="kitchen"), make("Blue Bag", slug="bags"), make("Odd Thing")
    response = client.get("/c/kitchen/")
    assert names_in(response) == ["Blue Mug"]
    assert '<link rel="canonical" href="http://testserver/c/kitchen/">' in text_of(response)
    assert "<h1" in text_of(response)
    assert len(names_in(client.get("/"))) == 3


def test_a_category_that_is_not_there_is_not_found(client: Client, make: Any) -> None:
    make("Blue Mug", slug="kitchen")
    assert client.get("/c/nothing/").status_code == 404
    assert client.get("/c/bags/").status_code == 200  # there, and empty


def test_links_to_categories_keep_what_was_asked_for(client: Client, make: Any) -> None:
    make("Blue Mug", slug="kitchen"), make("Blue Bag", slug="bags")
    page = text_of(client.get("/c/bags/?q=blue&sort=newest&stock=1&page=1"))
    assert 'href="/c/kitchen/?q=blue&sort=newest&stock=1"' in page
    assert 'href="/goods/?q=blue&sort=newest&stock=1"' in page


def test_the_home_page_shows_categories_that_have_something(client: Client, make: Any) -> None:
    make("Blue Mug", slug="kitchen"), make("Hidden Bag", slug="bags", is_active=False)
    page = text_of(client.get("/"))
    assert 'href="/c/kitchen/"' in page
    assert 'href="/c/bags/"' not in page


# --- Sort and filter


def test_sorting(client: Client, make: Any, sibling: MakeSibling) -> None:
    dear = make("Ant", 1, price="5.00")
    make("Cat", 3, price="4.00"), make("Bee", 2, price="4.50")
    sibling(dear, "B", price=1, stock_quantity=0), sibling(dear, "C", price="0.10", is_active=False)
    make("Dog", 0, price="4.20")
    found = {sort: names_in(client.get(f"/goods/?sort={sort}")) for sort in ("name", "cheapest", "dearest", "newest")}
    assert found == {
        "name": ["Ant", "Bee", "Cat", "Dog"],
        "cheapest": ["Ant", "Cat", "Dog", "Bee"],  # by what the card says: from £1.00
        "dearest": ["Bee", "Dog", "Cat", "Ant"],
        "newest": ["Dog", "Bee", "Cat", "Ant"],
    }


def test_favourites_are_what_sold_and_then_what_is_new(client: Client, make: Any) -> None:
    """Not what the shop began with: much of it may be there because nobody wants it."""
    for name, stock, units in [("Never sold", 100, 0), ("Some", 1, 5), ("Most", 1, 90), ("Of today", 0, 0)]:
        make(name, stock)
        Product.objects.filter(name=name).update(units_sold=units)
    assert names_in(client.get("/")) == ["Most", "Some", "Of today", "Never sold"]
    assert names_in(client.get("/goods/?sort=popular")) == ["Most", "Some", "Of today", "Never sold"]


def test_a_variant_must_have_the_price_and_be_free(client: Client, make: Any, sibling: MakeSibling) -> None:
    sibling(make("Cheap one is gone", 0, price="2.00"), "B", price=9)
    make("Free", price="2.00"), make("Dear", price="9.00")
    assert names_in(client.get("/goods/?min=1&max=2,00&stock=1&sort=name")) == ["Free"]
    assert names_in(client.get("/goods/?max=2.00&sort=name")) == ["Cheap one is gone", "Free"]


def test_run_out_holds_of_others_count_as_in_stock(client: Client, make: Any) -> None:
    line = held(Owner(guest_token=uuid.uuid4()), make("Held", 2), 2)
    assert names_in(client.get("/goods/?stock=1")) == []
    expire(line)
    assert names_in(client.get("/goods/?stock=1")) == ["Held"]


@pytest.mark.parametrize("price", ["NaN", "inf", "-1", "1e9", "abc", "9" * 400, "1.234", "\x00", "\u0661"])
def test_a_price_that_is_none_is_left_out_and_said(client: Client, make: Any, price: str) -> None:
    make("Mug")
    response = client.get("/goods/", {"min": price, "max": "100"})
    assert names_in(response) == ["Mug"]
    assert corrections(response) == ["A price is a number like 2 or 2.50: we left out what was not."]


def test_prices_the_wrong_way_round_are_swapped(client: Client, make: Any) -> None:
    make("Mug", price="3.00")
    response = client.get("/goods/?min=5&max=2")
    assert names_in(response) == ["Mug"]
    assert corrections(response) == ["The lowest price was above the highest: we swapped them."]
    assert 'name="min" value="2"' in text_of(response)


def test_an_order_that_is_none_is_the_usual_one(client: Client, make: Any) -> None:
    make("Mug")
    assert '<option value="popular" selected>' in text_of(client.get("/goods/?sort=%00"))
    assert '<option value="popular" selected>' in text_of(
        client.get("/goods/?sort=relevance")
    )  # of what, without words?
    assert '<option value="relevance" selected>' in text_of(client.get("/goods/?q=mug"))


@pytest.mark.parametrize("number", ["0", "-1", "abc", "", "1e9", "9" * 30, "9" * 5000, "\x00", "²", "\u0661"])
def test_a_page_that_is_no_number_leads_to_the_first(client: Client, variant: ProductVariant, number: str) -> None:
    answer = client.get("/goods/", {"page": number, "q": "product"})
    assert (answer.status_code, answer["Location"]) == (302, "/goods/?q=product")
    assert names_in(client.get(answer["Location"])) == [variant.product.name]


@pytest.mark.parametrize("address", ["/goods/", "/c/kitchen/"])
def test_a_page_after_the_last_leads_to_the_last(client: Client, make: Any, address: str) -> None:
    for number in range(PRODUCTS_A_PAGE + 1):
        make(f"Mug {number}", 0, slug="kitchen")
    for number in (3, 9999, 9_999_999):
        answer = client.get(f"{address}?page={number}&sort=name")
        assert (answer.status_code, answer["Location"]) == (302, f"{address}?sort=name&page=2")
    assert len(names_in(client.get(f"{address}?page=2"))) == 1
    assert client.get(f"{address}?page=02").status_code == 200
    assert client.get(f"{address}?q=zzqx&page=2")["Location"] == f"{address}?q=zzqx"


def test_page_links_keep_what_was_asked_for(client: Client, make_variant: MakeVariant) -> None:
    for _ in range(PRODUCTS_A_PAGE * 2 + 1):
        make_variant()
    page = text_of(client.get("/goods/?page=2&q=product&sort=name&stock=on&min=1.00"))
    assert 'rel="prev" href="?q=product&sort=name&min=1.00&stock=1"' in page
    assert 'rel="next" href="?q=product&sort=name&min=1.00&stock=1&page=3"' in page
    assert 'rel="prev" href="/goods/"' in text_of(client.get("/goods/?page=2"))


def test_a_found_list_is_not_for_search_engines(client: Client, variant: ProductVariant) -> None:
    assert '<meta name="robots" content="noindex, follow">' in text_of(client.get("/goods/?q=product"))
    assert "noindex" not in text_of(client.get("/goods/?page=1"))


# --- What it costs


def test_the_dearest_list_costs_six_statements(
    client: Client, make_user: MakeUser, make: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(make_user())
    for number in range(PRODUCTS_A_PAGE + 3):
        make(f"Mug {number}", slug="kitchen")
    # 1: session. 2: user. 3: categories, and how many are in each. 4: the products of this page. 5: their variants,
    # with what is free. 6: the header's cart.
    with django_assert_num_queries(6):
        client.get("/c/kitchen/?q=mug&sort=cheapest&stock=1&min=1&max=9&page=2")


def test_nothing_found_costs_one_statement_more(
    client: Client, shopper: Owner, make: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Category.objects.create(slug="bags", name="Bags")
    # 1: categories, and how many are in each. 2: the name of this one, which has nothing. 3: the categories that have
    # something. 4: the header's cart.
    with django_assert_num_queries(4):
        client.get("/c/bags/?max=1")


def test_a_near_spelling_costs_four_more_than_a_right_one(
    client: Client, shopper: Owner, make: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make("Umbrella")
    _words_on_sale.cache_clear()
    # 1: nothing is found. 2: the words that were typed. 3: those of the catalogue. 4, 5, 6: the list of the nearest.
    # 7: the header's cart. The words of the catalogue are known to the process then.
    with django_assert_num_queries(7):
        client.get("/goods/?q=umbrela")
    with django_assert_num_queries(6):
        client.get("/goods/?q=umbrela")


# --- The search field


@pytest.mark.parametrize(
    "address", ["/", "/goods/?q=red+mug", "/c/kitchen/", "/cart/", "/accounts/login/", "/legal/terms/"]
)
def test_each_page_has_one_search_field_with_what_was_searched_for(client: Client, address: str) -> None:
    ensure_categories()
    page = text_of(client.get(address))
    (typed,) = re.findall(r'<input type="search" id="q" name="q" value="(.*?)"', page)
    assert typed == ("red mug" if "q=" in address else "")
    assert '<label class="sr-only" for="q">Search all goods</label>' in page
