"""axe finds nothing to complain of: on each page, light and dark, on a phone and on a desk."""

from itertools import product
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from cart.models import CartItem
from inventory.models import ProductVariant
from tests.browser.steps import add, expect_units, open_product
from tests.conftest import MakeVariant
from tests.shop.pages import MakeUser
from tests.shopping import run_out

pytestmark = pytest.mark.django_db(transaction=True)

LISTS = ["/", "/?q=product&sort=price", "/?q=nothing-of-the-kind", "/no-such-page/"]
WORDS = ["/legal/imprint/", "/legal/privacy/", "/legal/terms/"]
DOORS = ["/accounts/login/", "/accounts/signup/", "/accounts/reset/", "/accounts/reset/sent/"]
ACCOUNT = ["/account/", "/account/email/", "/account/delete/", "/cart/"]

SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]


def complaints(page: Page) -> list[str]:
    """What axe finds on the page in each look; the page is loaded once, since its look is the style sheet's alone."""
    found = []
    for width, scheme in product((390, 1280), SCHEMES):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for one in Axe().run(page).response["violations"]:
            found.append(f"{page.url} {width} {scheme}: {one['id']}: {one['nodes'][0]['html'][:200]}")
    return found


def visit(page: Page, shop: str, addresses: list[str]) -> list[str]:
    found = []
    for address in addresses:
        page.goto(shop + address)
        found += complaints(page)
    return found


def test_goods_and_a_cart_with_a_hold_that_ran_out(
    page: Page, shop: str, variant: ProductVariant, make_variant: MakeVariant
) -> None:
    for goods in (variant, make_variant(3, threshold=5)):
        open_product(page, shop, goods)
        add(page)
        expect_units(page, CartItem.objects.count())
    run_out(CartItem.objects.earliest("pk"))
    page.get_by_label("Quantity").evaluate("field => field.removeAttribute('max')")
    add(page, 12)
    page.get_by_role("alert").wait_for()
    assert complaints(page) + visit(page, shop, ["/cart/", *LISTS]) == []


@pytest.mark.parametrize("addresses", [WORDS, DOORS])
def test_words_and_doors(page: Page, shop: str, addresses: list[str]) -> None:
    assert visit(page, shop, addresses) == []


def test_an_account(page: Page, shop: str, make_user: MakeUser) -> None:
    make_user("ada")
    page.goto(shop + "/accounts/login/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()
    assert visit(page, shop, ACCOUNT) == []
