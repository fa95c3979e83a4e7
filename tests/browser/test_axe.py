"""axe finds nothing to complain of: on each page, light and dark, on a phone and on a desk."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from cart.models import CartItem
from inventory.models import ProductVariant
from tests.browser.steps import add, expect_units, open_product
from tests.conftest import MakeVariant
from tests.shop.pages import MakeUser
from tests.shopping import run_out

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ["/", "/?q=product&sort=price", "/?q=nothing-of-the-kind", "/cart/", "/accounts/login/", "/accounts/signup/"]
MORE = ["/accounts/reset/", "/legal/imprint/", "/legal/privacy/", "/legal/terms/", "/no-such-page/"]
ACCOUNT = ["/account/", "/account/email/", "/account/delete/", "/cart/"]


def complaints(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{page.url}: {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_is_content(
    browser: Browser,
    shop: str,
    variant: ProductVariant,
    make_variant: MakeVariant,
    make_user: MakeUser,
    scheme: Literal["light", "dark"],
    width: int,
) -> None:
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    for goods in (variant, make_variant(3, threshold=5)):
        open_product(page, shop, goods)
        add(page)
        expect_units(page, CartItem.objects.count())
    run_out(CartItem.objects.earliest("pk"))
    found = complaints(page)
    for address in PAGES + MORE:
        page.goto(shop + address)
        found += complaints(page)
    make_user("ada")
    page.goto(shop + "/accounts/login/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Log in").click()
    for address in ACCOUNT:
        page.goto(shop + address)
        found += complaints(page)
    context.close()
    assert found == []
