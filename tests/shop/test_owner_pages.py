"""The owner's pages: at their address, in the footer, as a preview, and the terms in the place of the shop's own."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from backoffice.roles import CLERK
from pages.models import Page
from pages.selectors import read_shown, remember, shown
from pages.services import save_page
from tests.support.pages import text_of
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db


def make(slug: str = "care", **columns: Any) -> Page:
    Page.objects.filter(slug=slug).delete()
    return Page.objects.create(
        **{"slug": slug, "title": slug.title(), "text": "Wash by hand.", "is_published": True} | columns
    )


def test_a_page_has_its_title_and_its_text_as_markdown(client: Client) -> None:
    make(text="# Wool\n\n**Cold** water. <script>alert(1)</script>")
    page = text_of(client.get("/pages/care/"))
    assert "<h1>Care</h1>" in page
    assert "<h2>Wool</h2>" in page
    assert "<strong>Cold</strong> water." in page
    assert b"&lt;script&gt;alert" in client.get("/pages/care/").content
    assert '<link rel="canonical" href="http://testserver/pages/care/">' in page


@pytest.mark.parametrize("slug", ["care", "contact"])
def test_what_is_not_published_is_not_found(client: Client, slug: str) -> None:
    make(slug, is_published=False)
    assert client.get(f"/pages/{slug}/").status_code == 404
    assert client.get("/pages/nothing/").status_code == 404


def test_every_page_links_to_what_is_published(client: Client) -> None:
    Page.objects.all().delete()
    make("later", place=20), make("sooner", place=10)
    make("draft", is_published=False), make("hidden", in_footer=False)
    remember(read_shown())
    for address in ("/", "/cart/", "/legal/imprint/", "/no-such-page/"):
        page = text_of(client.get(address))
        assert page.index('href="/pages/sooner/">Sooner<') < page.index('href="/pages/later/">Later<')
        assert "/pages/draft/" not in page
        assert "/pages/hidden/" not in page


def test_the_footer_names_the_ways_to_pay(client: Client) -> None:
    assert "Ways to pay: Bank transfer in advance" in text_of(client.get("/legal/imprint/"))


def test_what_is_on_every_page_is_read_once_in_a_while(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    remember(shown(), seconds=-1)
    with django_assert_num_queries(3):  # pages, the front page, and its categories
        shown()
    with django_assert_num_queries(0):
        shown()


def test_the_shop_has_terms_of_its_own_until_the_owner_publishes_some(client: Client) -> None:
    draft = make("terms", text="Ours alone.", is_published=False)
    assert "What a cart holds" in text_of(client.get("/legal/terms/"))
    draft.is_published = True
    save_page(page=draft, fields=["is_published"])
    page = text_of(client.get("/legal/terms/"))
    assert "Ours alone." in page
    assert "What a cart holds" not in page
    assert client.get("/pages/terms/")["Location"] == "/legal/terms/"


def test_a_page_with_a_placeholder_is_not_published() -> None:
    page = make(text="Within [[14 days]].", is_published=False)
    page.is_published = True
    with pytest.raises(ValidationError, match="write your own words"):
        save_page(page=page, fields=["is_published"])
    assert not Page.objects.get(slug="care").is_published


def test_staff_are_told_beside_the_text(client: Client) -> None:
    page = make(text="Within [[14 days]].", is_published=False)
    client.force_login(User.objects.create_superuser("owner"))
    address = f"/admin/pages/page/{page.pk}/change/"
    fields = {"title": "Care", "slug": "care", "text": page.text, "place": "100", "in_footer": "on"}
    shown = {f"initial-{name}": value for name, value in fields.items()}
    answer = client.post(address, fields | shown | {"is_published": "on"})
    assert "write your own words for what is in [[double brackets]]" in text_of(answer)
    assert not Page.objects.get(slug="care").is_published
    assert client.post(address, fields | shown | {"is_published": "on", "text": "Within 14 days."}).status_code == 302
    assert Page.objects.get(slug="care").is_published


def test_a_preview_is_as_it_is_typed_and_saves_nothing(client: Client) -> None:
    client.force_login(member_of(CLERK))
    before = list(Page.objects.values())
    page = text_of(client.post("/pages/preview/", {"title": "New", "text": "**Bold** <b>no</b>"}))
    assert "<h1>New</h1>" in page
    assert (
        "<strong>Bold</strong> &lt;b&gt;no"
        in client.post("/pages/preview/", {"text": "**Bold** <b>no</b>"}).content.decode()
    )
    assert "nothing is saved" in page
    assert list(Page.objects.values()) == before


def test_the_dashboard_names_what_shoppers_do_not_see_yet(client: Client) -> None:
    Page.objects.all().delete()
    make("returns", is_published=False), make("care")
    remember(read_shown())
    client.force_login(User.objects.create_superuser("owner"))
    page = text_of(client.get("/admin/"))
    assert "Not published yet: Returns" in page
    make("returns")
    remember(read_shown())
    assert "Not published yet" not in text_of(client.get("/admin/"))
