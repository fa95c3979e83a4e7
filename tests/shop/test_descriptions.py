"""What pages say of goods to machines, and what pages weigh."""

import gzip
import json
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import Settings

from inventory.categories import ensure_categories
from inventory.models import Product, ProductVariant
from shop.catalog.selectors import PRODUCTS_A_PAGE
from tests.conftest import MakeVariant
from tests.support.pages import MakeSibling, text_of

pytestmark = pytest.mark.django_db


def page_of(client: Client, variant: ProductVariant) -> str:
    return text_of(client.get(variant.product.get_absolute_url()))


def structured(client: Client, variant: ProductVariant) -> Any:
    content = client.get(variant.product.get_absolute_url()).content.decode()
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', content, re.DOTALL)
    product, _breadcrumbs = json.loads(script)
    return product


def test_a_product_has_an_offer_for_each_variant(client: Client, variant: ProductVariant, sibling: MakeSibling) -> None:
    sibling(variant, "Blue", price="4.5", stock_quantity=1, low_stock_threshold=2)
    sibling(variant, "Gone", stock_quantity=0)
    sibling(variant, "Hidden", is_active=False)
    data = structured(client, variant)
    address = f"http://testserver{variant.product.get_absolute_url()}"
    assert (data["@context"], data["@type"], data["name"]) == ("https://schema.org", "Product", variant.product.name)
    assert data["url"] == address
    assert data["image"][0].startswith("http://testserver/pictures/")
    offers = {offer["name"]: offer for offer in data["offers"]}
    name = variant.product.name
    assert {key: offer["availability"].rsplit("/", 1)[1] for key, offer in offers.items()} == {
        name: "InStock",
        f"{name} (Blue)": "LimitedAvailability",
        f"{name} (Gone)": "SoldOut",
    }
    blue = offers[f"{name} (Blue)"]
    assert (blue["price"], blue["priceCurrency"], blue["@type"]) == ("4.50", "GBP", "Offer")


def test_no_name_breaks_out_of_the_data(client: Client, variant: ProductVariant) -> None:
    evil = "</script><script>alert('&')</script><!-- \u2028"
    type(variant.product).objects.filter(pk=variant.product_id).update(name=evil)
    content = client.get(variant.product.get_absolute_url()).content
    assert b"<script>alert" not in content
    assert structured(client, variant)["name"] == evil


def test_canonical_and_open_graph(client: Client, variant: ProductVariant) -> None:
    page = text_of(client.get(variant.product.get_absolute_url() + "?from=somewhere"))
    address = f"http://testserver{variant.product.get_absolute_url()}"
    assert f'<link rel="canonical" href="{address}">' in page
    assert f'<meta property="og:url" content="{address}">' in page
    assert f'<meta property="og:title" content="{variant.product.name}">' in page
    assert f'<meta name="description" content="{variant.product.name} for £2.50. Held for you' in page


def test_each_variant_has_a_canonical_address(client: Client, variant: ProductVariant, sibling: MakeSibling) -> None:
    blue = sibling(variant, "Blue")
    plain = f"http://testserver{variant.product.get_absolute_url()}"
    for asked, canonical in ((f"?variant={blue.sku}&x=1", f"?variant={blue.sku}"), ("?variant=none", "")):
        page = text_of(client.get(plain + asked))
        assert f'<link rel="canonical" href="{plain}{canonical}">' in page
    assert [offer["url"] for offer in structured(client, variant)["offers"]] == [plain, f"{plain}?variant={blue.sku}"]


def test_a_drawing_is_no_picture_for_networks_and_a_photograph_is(client: Client, variant: ProductVariant) -> None:
    """They show no SVG, and get the card of the shop."""
    card = '<meta property="og:image" content="http://testserver/social-card.png">'
    assert card in page_of(client, variant)
    type(variant.product).objects.filter(pk=variant.product_id).update(photo="a" * 32)
    address = f"http://testserver/photos/{'a' * 32}-page.webp"
    assert f'<meta property="og:image" content="{address}">' in page_of(client, variant)


def test_lists_have_a_title_and_a_description(client: Client, variant: ProductVariant) -> None:
    variant.product.category_id = ensure_categories()["kitchen"]
    variant.product.save(update_fields=["category"])
    page = text_of(client.get("/c/kitchen/"))
    assert "<title>Tea & kitchen · " in page
    assert '<meta name="description" content="Tea & kitchen: 1 small gift, held' in page
    assert '<meta property="og:title" content="Tea & kitchen">' in page


@pytest.mark.parametrize(("goods", "words"), [(1, "1 small gift. What"), (2, "2 small gifts. What")])
def test_a_link_to_the_home_page_has_the_name_of_the_shop(
    client: Client, make_variant: MakeVariant, settings: Settings, goods: int, words: str
) -> None:
    settings.SHOP_NAME = "Gift & Co"
    for _ in range(goods):
        Product.objects.filter(pk=make_variant().product_id).update(category=ensure_categories()["kitchen"])
    page = text_of(client.get("/"))
    assert '<meta property="og:title" content="Gift & Co">' in page
    assert f'<meta property="og:description" content="{words}' in page
    assert '<meta property="og:title" content="All goods">' in text_of(client.get("/goods/?sort=name"))


# --- Weight


@pytest.mark.parametrize(("address", "cards"), [("/", 16), ("/goods/", PRODUCTS_A_PAGE)])
def test_the_first_view_weighs_at_most_60_kilobytes(
    client: Client, make_variant: MakeVariant, address: str, cards: int
) -> None:
    """The page and all that it asks for before it can be seen, compressed; pictures come later."""
    ids = list(ensure_categories().values())
    for number in range(PRODUCTS_A_PAGE + 1):
        product = make_variant(price="12.34").product
        product.name, product.category_id = f"Set of {number} Vintage Christmas Paper Parasols Red", ids[number % 15]
        product.save(update_fields=["name", "category"])
    response = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    page = gzip.decompress(response.content).decode()
    assert page.count('class="card-name"') == cards
    files = re.findall(r'(?:<script src|rel="stylesheet" href)="/static/([^"?]+)"', page)
    assert len(files) >= 2
    total = len(response.content) + sum(packed(name) for name in files)
    assert total <= 60_000


def packed(name: str) -> int:
    path = finders.find(name)
    assert isinstance(path, str)
    with open(path, "rb") as source:
        return len(gzip.compress(source.read()))


def test_what_has_no_form_carries_an_etag_and_what_has_one_does_not(client: Client, variant: ProductVariant) -> None:
    picture = client.get(re.findall(r'src="(/pictures/[^"]+)"', page_of(client, variant))[0])
    assert client.get(picture.request["PATH_INFO"], headers={"If-None-Match": picture["ETag"]}).status_code == 304
    for page in ("/", variant.product.get_absolute_url()):
        response = client.get(page)
        assert "no-store" in response["Cache-Control"]
        assert "ETag" not in response.headers


# --- Descriptions and facts by staff


def described(variant: ProductVariant, description: str = "", facts: str = "") -> None:
    Product.objects.filter(pk=variant.product_id).update(description=description, facts=facts)


def test_a_description_is_shown_as_safe_html(client: Client, variant: ProductVariant) -> None:
    described(variant, "# Tea & co\n\nTurned **by hand**.\n\n<script>alert(1)</script>\n\n[no](javascript:alert(1))")
    page = client.get(variant.product.get_absolute_url()).content.decode()
    assert "<h2>Tea &amp; co</h2>" in page
    assert "<p>Turned <strong>by hand</strong>.</p>" in page
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def test_search_engines_get_it_without_marks(client: Client, variant: ProductVariant) -> None:
    described(variant, "Turned **by hand** & glazed.\n\n- in Leeds\n- " + "x" * 300)
    assert structured(client, variant)["description"].startswith("Turned by hand & glazed. in Leeds xx")
    page = client.get(variant.product.get_absolute_url()).content.decode()
    (snippet,) = re.findall(r'<meta name="description" content="([^"]+)"', page)
    assert snippet.startswith("Turned by hand &amp; glazed. in Leeds xx")
    assert len(snippet) < 180


def test_facts_are_a_table_and_structured(client: Client, variant: ProductVariant) -> None:
    described(variant, facts="Material: Stoneware\n\nSize: 8 by 9 cm: about <b>\nnothing\n")
    assert '<tr><th scope="row">Material</th><td>Stoneware</td></tr>' in page_of(client, variant)
    properties = structured(client, variant)["additionalProperty"]
    assert [(one["name"], one["value"]) for one in properties] == [
        ("Material", "Stoneware"),
        ("Size", "8 by 9 cm: about <b>"),
    ]
    assert b"about <b>" not in client.get(variant.product.get_absolute_url()).content


def test_a_product_without_either_has_no_empty_part(client: Client, variant: ProductVariant) -> None:
    assert "About it" not in page_of(client, variant)


def test_the_way_to_it_leads_by_its_category(client: Client, variant: ProductVariant) -> None:
    variant.product.category_id = ensure_categories()["kitchen"]
    variant.product.save(update_fields=["category"])
    content = client.get(variant.product.get_absolute_url()).content.decode()
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', content, re.DOTALL)
    steps = json.loads(script)[1]["itemListElement"]
    assert [(step["position"], step["item"]) for step in steps] == [
        (1, "http://testserver/goods/"),
        (2, "http://testserver/c/kitchen/"),
        (3, f"http://testserver{variant.product.get_absolute_url()}"),
    ]
    assert '<li><a href="/c/kitchen/">Tea &amp; kitchen</a></li>' in content
