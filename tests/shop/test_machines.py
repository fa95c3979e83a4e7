"""What search engines, social networks and browsers are told: sitemap, robots.txt, icons, cards, structured data."""

import json
import re
from io import BytesIO
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries, Settings

from inventory.categories import ensure_categories
from inventory.models import Product, ProductVariant
from pages.models import FrontPage, Page
from pages.selectors import read_shown, remember
from shop.pages import social
from shop.pages.sitemaps import Products
from tests.conftest import MakeVariant
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db


def places(client: Client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200, address
    assert response["Content-Type"] == "application/xml"
    return re.findall(r"<loc>(.*?)</loc>", text_of(response))


def every_place(client: Client) -> list[str]:
    return [place for section in places(client, "/sitemap.xml") for place in places(client, section)]


def test_the_sitemap_has_every_page_that_is_anybodys(client: Client, make_variant: MakeVariant) -> None:
    Page.objects.all().delete()
    Page.objects.create(slug="care", title="Care", is_published=True)
    Page.objects.create(slug="draft", title="Draft")
    sold, hidden, off = make_variant(), make_variant(), make_variant(is_active=False)
    for variant in (sold, off):
        Product.objects.filter(pk=variant.product_id).update(category=ensure_categories()["kitchen"])
    Product.objects.filter(pk=off.product_id).update(category=ensure_categories()["bags"])
    Product.objects.filter(pk=hidden.product_id).update(is_listed=False)
    paths = {place.removeprefix("http://testserver") for place in every_place(client)}
    law = {f"/legal/{page}/" for page in ("imprint", "privacy", "terms")}
    assert paths == {"/", "/goods/", "/pages/care/", "/c/kitchen/", sold.product.get_absolute_url()} | law
    assert all(client.get(path).status_code == 200 for path in paths)


def test_a_large_catalogue_has_several_pages(
    client: Client,
    make_variant: MakeVariant,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(Products, "limit", 2)
    made = [make_variant().product.get_absolute_url() for _ in range(5)]
    pages = [address for address in places(client, "/sitemap.xml") if "products" in address]
    assert [len(places(client, address)) for address in pages] == [2, 2, 1]
    assert [place.removeprefix("http://testserver") for page in pages for place in places(client, page)] == made
    with django_assert_num_queries(2):  # how many there are, and those of the page
        places(client, pages[1])
    assert client.get("/sitemap-products.xml?p=9").status_code == 404


def test_the_sitemap_may_be_kept_for_an_hour(client: Client) -> None:
    assert client.get("/sitemap.xml")["Cache-Control"] == "public, max-age=3600"
    assert client.get("/sitemap-pages.xml")["Cache-Control"] == "public, max-age=3600"
    assert "lastmod" not in text_of(client.get("/sitemap-pages.xml"))


def test_robots_are_told_what_is_not_for_them_and_where_the_sitemap_is(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = text_of(response).splitlines()
    assert lines[0] == "User-agent: *"
    for place in ("/cart/", "/checkout/", "/account/", "/accounts/", "/orders/", "/admin/"):
        assert f"Disallow: {place}" in lines
    assert "Sitemap: http://testserver/sitemap.xml" in lines
    closed = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow")]
    assert not [
        place for place in every_place(client) if place.removeprefix("http://testserver").startswith(tuple(closed))
    ]


# --- Icons


@pytest.mark.parametrize(
    ("address", "kind", "sizes"),
    [
        ("/favicon.ico", "ICO", {(16, 16), (32, 32), (48, 48)}),
        ("/apple-touch-icon.png", "PNG", {(180, 180)}),
    ],
)
def test_icons_are_where_browsers_look(client: Client, address: str, kind: str, sizes: set[tuple[int, int]]) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    path = finders.find(answer["Location"].removeprefix("/static/"))
    with Image.open(str(path)) as picture:
        assert (picture.format, set(picture.info.get("sizes", {picture.size}))) == (kind, sizes)


def test_the_manifest_names_the_shop(client: Client, settings: Settings) -> None:
    settings.SHOP_NAME = "Gift & Company"
    found = client.get("/manifest.webmanifest").json()
    assert (found["name"], found["short_name"], found["start_url"]) == ("Gift & Company", "Gift & Compa", "/")
    assert '<link rel="manifest" href="/manifest.webmanifest">' in text_of(client.get("/legal/imprint/"))


# --- Cards of links


def head(page: str) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', page))


@pytest.mark.parametrize("name", ["Holdfast", "The " + "Very " * 9 + "Long Shop", "Žižkovské dárky", ""])
def test_the_card_of_the_shop_is_a_picture_of_the_size_that_networks_want(
    client: Client, settings: Settings, name: str
) -> None:
    settings.SHOP_NAME = name
    response = client.get("/social-card.png")
    assert response["Content-Type"] == "image/png"
    with Image.open(BytesIO(response.content)) as picture:
        assert picture.size == (1200, 630)
    assert len(response.content) < 60_000


def test_it_has_the_name_and_is_drawn_once(client: Client, settings: Settings) -> None:
    social._drawn.cache_clear()
    found = []
    for settings.SHOP_NAME in ("One", "One", "Two"):
        found.append(client.get("/social-card.png").content)
    assert found[0] == found[1] != found[2]
    assert social._drawn.cache_info().misses == 2


def test_a_link_shows_the_card_or_the_photograph(client: Client, variant: ProductVariant) -> None:
    of_shop = "http://testserver/social-card.png"
    Page.objects.update_or_create(slug="delivery", defaults={"title": "Delivery", "is_published": True})
    for address in ("/", "/goods/", "/pages/delivery/", variant.product.get_absolute_url()):
        found = head(text_of(client.get(address)))
        assert (found["og:image"], found["twitter:card"]) == (of_shop, "summary_large_image")
        assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630")
    Product.objects.update(photo="a" * 32)
    FrontPage.objects.update_or_create(id=1, defaults={"photo": "b" * 32})
    remember(read_shown())
    assert head(text_of(client.get("/")))["og:image"] == f"http://testserver/photos/{'b' * 32}-page.webp"
    found = head(text_of(client.get(variant.product.get_absolute_url())))
    assert found["og:image"] == f"http://testserver/photos/{'a' * 32}-page.webp"
    assert "og:image:width" not in found


# --- Structured data


def structured(client: Client, address: str, kind: str) -> Any:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(address).content.decode())
    (one,) = [data for script in found for data in json.loads(script) if data["@type"] == kind]
    return one


def test_the_first_page_says_who_runs_the_shop(client: Client, settings: Settings) -> None:
    settings.SHOP_NAME, settings.SHOP_LEGAL_NAME = "Gift </script><b>", "Gift Ltd"
    data = structured(client, "/", "OnlineStore")
    assert (data["name"], data["legalName"], data["url"]) == ("Gift </script><b>", "Gift Ltd", "http://testserver/")
    assert data["logo"] == "http://testserver/static/shop/touch-icon.png"


def test_a_category_says_where_it_is(client: Client, variant: ProductVariant) -> None:
    Product.objects.update(category=ensure_categories()["kitchen"])
    steps = structured(client, "/c/kitchen/", "BreadcrumbList")["itemListElement"]
    assert [(step["position"], step["name"], step["item"]) for step in steps] == [
        (1, "All goods", "http://testserver/goods/"),
        (2, "Tea & kitchen", "http://testserver/c/kitchen/"),
    ]
