"""Each page, in every state: axe finds nothing to complain of, light and dark, and all fits a narrow window."""

from itertools import product
from typing import Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve
from playwright.sync_api import Page
from pytest_django import Settings

from demo.urls import urlpatterns as demo_urls
from shop.urls import shop_urls
from tests.browser import looks, looks_checkout, looks_elsewhere, looks_withdrawals
from tests.browser.reflow import overflowing
from tests.browser.stage import Look, Stage
from tests.conftest import MakeVariant
from tests.support.pages import MakeUser

pytestmark = pytest.mark.django_db(transaction=True)

# A group shares a browser and a database, so its later looks may build on what the earlier ones did.
GROUPS = {
    "goods": looks.GOODS,
    "carts": looks.CARTS,
    "carts too": looks.CARTS_TOO,
    "checkout": looks_checkout.CHECKOUT,
    "paying": looks_checkout.PAYING,
    "orders": looks_checkout.ORDERS,
    "withdrawals": looks_withdrawals.WITHDRAWALS,
    "doors": looks_elsewhere.DOORS,
    "reset": looks_elsewhere.RESET,
    "account": looks_elsewhere.ACCOUNT,
    "words": looks_elsewhere.WORDS,
    "trouble": looks_elsewhere.TROUBLE,
}
# Addresses that show nothing of their own: pictures, a file to download, and what only takes a form and leads on.
NO_PAGES = {
    "robots",
    "manifest",
    "favicon",
    "touch_icon",
    "social_card",
    "sitemap_index",
    "sitemap",
    "home_preview",
    "page_preview",
    "drawing",
    "photo",
    "account_export",
    "logout",
}
NO_PAGES |= {"cart_undo", "cart_extend", "cart_line", "cart_line_remove", "cart_line_reclaim", "cart_reclaim_all"}
NO_PAGES |= {"account_address_default", "account_address_remove", "cart_country"}
NO_PAGES |= {"order_document", "account_order_document"}  # files to download
NO_PAGES |= {"order_pay", "account_order_pay", "order_again", "account_order_again", "payment_hook"}

SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]


@pytest.fixture
def stage(page: Page, shop: str, settings: Settings, make_variant: MakeVariant, make_user: MakeUser) -> Stage:
    return Stage(page, shop, settings, make_variant, make_user)


def complaints(page: Page) -> list[str]:
    """What axe finds on the page in each look; the page is loaded once, since its look is the style sheet's alone."""
    found = []
    for width, scheme in product((390, 1280), SCHEMES):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for one in Axe().run(page).response["violations"]:
            found.append(f"{page.url} {width} {scheme}: {one['id']}: {one['nodes'][0]['html'][:200]}")
    return found


def route_of(page: Page) -> str | None:
    try:
        return resolve(urlsplit(page.url).path).url_name
    except Resolver404:
        return None


@pytest.mark.parametrize("name", GROUPS)
def test_every_page(stage: Stage, name: str) -> None:
    found = []
    for look in GROUPS[name]:
        look.steps(stage)
        assert (look.name, route_of(stage.page)) == (look.name, look.route)
        found += [f"{look.name}: {wrong}" for wrong in (*complaints(stage.page), *overflowing(stage.page))]
    assert found == []


def test_no_page_is_left_out() -> None:
    every: list[Look] = [look for group in GROUPS.values() for look in group]
    seen = {look.route for look in every if look.route}
    assert seen | NO_PAGES == {pattern.name for pattern in (*shop_urls, *demo_urls)}
    assert seen & NO_PAGES == set()
