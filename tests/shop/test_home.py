"""The first page: the owner's words and picture, favourites and new goods, categories; and where its list has gone."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from cart.owners import Owner
from inventory.categories import ensure_categories
from inventory.models import Category, Product
from inventory.photos import drop_unnamed_photos
from pages.models import FrontPage
from pages.selectors import read_shown, remember
from tests.conftest import MakeVariant
from tests.inventory.test_photos import file
from tests.shop.test_catalogue import names_in
from tests.support.admin_pages import as_shown
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("owner"))
    return client


def front(**columns: Any) -> FrontPage:
    """The front page as the owner has written it."""
    FrontPage.objects.all().delete()
    made = FrontPage.objects.create(**columns)
    remember(read_shown())
    return made


def part(page: str, name: str) -> str:
    found = re.search(rf'aria-labelledby="{name}">(.*?)</section>', page, re.DOTALL)
    return found[1] if found else ""


def test_favourites_come_first_and_of_the_others_the_newest(client: Client, make_variant: MakeVariant) -> None:
    made = [make_variant().product for _ in range(20)]
    for number, product in enumerate(made[:5]):
        Product.objects.filter(pk=product.pk).update(units_sold=5 - number)
    page = text_of(client.get("/"))
    names = [product.name for product in made]
    assert names_in(part(page, "favourites")) == names[:5] + names[:16:-1]
    assert names_in(part(page, "newest")) == names[16:8:-1]
    assert 'href="/goods/">See all 20<' in page


def test_a_small_shop_shows_each_of_its_goods_once(client: Client, make_variant: MakeVariant) -> None:
    for _ in range(3):
        make_variant()
    page = text_of(client.get("/"))
    assert len(names_in(page)) == len(set(names_in(page))) == 3
    assert part(page, "newest") == ""


def test_it_costs_four_queries_however_much_there_is(
    client: Client, shopper: Owner, make_variant: MakeVariant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(30):
        make_variant()
    # 1: categories, and how many are in each. 2: the products. 3: their variants, with what is free. 4: the cart.
    with django_assert_num_queries(4):
        client.get("/")


def tiles(page: str) -> list[str]:
    return re.findall(r'href="/c/([\w-]+)/"', part(page, "categories"))


def test_the_largest_categories_are_shown_in_the_shops_order(client: Client, make_variant: MakeVariant) -> None:
    """All but two of the largest: the one of a single product, and the one of what fits no other."""
    slugs = list(ensure_categories())
    for category in Category.objects.all():
        for _ in range(1 if category.slug == "kitchen" else 2):
            Product.objects.filter(pk=make_variant().product_id).update(category=category)
    found = tiles(text_of(client.get("/")))
    places = {category.slug: category.place for category in Category.objects.all()}
    assert len(found) == 10 < len(slugs)
    assert found == sorted(found, key=places.__getitem__)
    assert not {"kitchen", "everything-else"} & set(found)


def test_so_are_the_chosen_ones_and_no_other(client: Client, make_variant: MakeVariant) -> None:
    ids = ensure_categories()
    for slug in ("kitchen", "bags", "everything-else"):
        Product.objects.filter(pk=make_variant().product_id).update(category=ids[slug])
    front().categories.set([ids["everything-else"], ids["bags"], ids["garden"]])
    remember(read_shown())
    assert tiles(text_of(client.get("/"))) == ["bags", "everything-else"]


def test_the_first_row_of_tiles_and_the_picture_are_not_lazy(client: Client, make_variant: MakeVariant) -> None:
    for category in Category.objects.filter(pk__in=ensure_categories().values()):
        Product.objects.filter(pk=make_variant().product_id).update(category=category)
    page = text_of(client.get("/"))
    assert (
        re.findall(r'<img class="picture"[^>]*loading="(\w+)"', part(page, "categories"))
        == ["eager"] * 5 + ["lazy"] * 5
    )
    (hero,) = re.findall(r'<img class="hero-picture"[^>]*>', page)
    assert 'fetchpriority="high"' in hero
    assert "loading" not in hero


def test_the_owners_words_stand_there(client: Client, make_variant: MakeVariant) -> None:
    make_variant()
    front(
        headline="Gifts <3",
        sentence="Made here.",
        button="Christmas",
        target="/c/christmas/",
        facts="14 days to return",
    )
    page = client.get("/").content.decode()
    for text in (
        "<h1>Gifts &lt;3</h1>",
        "Made here.",
        '<a role="button" href="/c/christmas/">Christmas</a>',
        "14 days to return",
    ):
        assert text in page
    assert "<title>Gifts &lt;3 · " in page


def test_what_is_empty_has_the_shops_own_words(client: Client, make_variant: MakeVariant) -> None:
    make_variant()
    page = text_of(client.get("/"))
    assert "Small gifts, held while you decide." in page
    assert "For 30 minutes nobody else can buy it." in page
    assert '<a role="button" href="/goods/?sort=newest">See what\'s new</a>' in page


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil", "goods", "/a b", "javascript:x"]
)
def test_a_button_leads_nowhere_else(owner: Client, target: str) -> None:
    front()
    answer = owner.post("/admin/pages/frontpage/1/change/", as_shown(EMPTY) | EMPTY | {"target": target})
    assert "Write an address of this shop" in text_of(answer)
    assert FrontPage.objects.get().target == ""


# --- The photograph

EMPTY = dict.fromkeys(["headline", "sentence", "button", "target", "facts", "photo_alt", "photo_seen"], "")


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.jpg", file(), "image/jpeg")


def test_a_photograph_takes_the_place_of_the_drawing(owner: Client) -> None:
    front()
    sent = as_shown(EMPTY) | EMPTY | {"photograph": upload(), "photo_alt": "A table"}
    assert owner.post("/admin/pages/frontpage/1/change/", sent).status_code == 302
    remember(read_shown())
    photo = FrontPage.objects.get().photo
    page = text_of(owner.get("/"))
    assert f'src="/photos/{photo}-page.webp" alt="A table"' in page
    assert owner.get(f"/photos/{photo}-page.webp").status_code == 200
    shown = {**EMPTY, "photo_alt": "A table", "photo_seen": photo}
    assert (
        owner.post(
            "/admin/pages/frontpage/1/change/", as_shown(shown) | shown | {"remove_photograph": "on"}
        ).status_code
        == 302
    )
    assert FrontPage.objects.get().photo == ""


def test_its_file_is_kept_while_the_front_page_names_it(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory.photos.YOUNGEST", timedelta(days=-1))
    named, other = "a" * 32, "b" * 32
    for name in (named, other):
        default_storage.save(f"photos/{name}-page.webp", ContentFile(b"x"))
    front(photo=named)
    assert drop_unnamed_photos() == 1
    assert default_storage.exists(f"photos/{named}-page.webp")
    assert not default_storage.exists(f"photos/{other}-page.webp")


def test_a_preview_shows_what_is_typed_and_chosen_and_saves_nothing(owner: Client) -> None:
    front(headline="Before")
    page = text_of(owner.post("/preview/", {"headline": "After", "photograph": upload()}))
    assert "<h1>After</h1>" in page
    assert 'class="hero-picture" src="data:image/webp;base64,' in page
    assert FrontPage.objects.get().headline == "Before"
    refused = text_of(owner.post("/preview/", {"photograph": SimpleUploadedFile("x.jpg", b"no picture")}))
    assert 'class="hero-picture" src="/pictures/' in refused


def test_there_is_one_front_page() -> None:
    front()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE pages_frontpage SET id = 2")


# --- Where the list was


@pytest.mark.parametrize("query", ["q=red+mug", "page=2", "sort=name&min=1&max=2&stock=1", "q=&page=3"])
def test_addresses_of_the_list_lead_to_it(client: Client, query: str) -> None:
    answer = client.get(f"/?{query}")
    assert (answer.status_code, answer["Location"]) == (301, f"/goods/?{query}")


def test_what_others_put_into_the_address_does_not(client: Client) -> None:
    assert client.get("/?utm_source=letter").status_code == 200


def test_an_empty_shop_says_so(client: Client) -> None:
    page = text_of(client.get("/"))
    assert "The shelves are empty today." in page
    assert "See what's new" not in page
