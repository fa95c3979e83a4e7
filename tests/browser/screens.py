"""Pictures of the pages for `docs/screens`, each at two widths: python -m tests.browser.screens ADDRESS."""

import os
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, CHROMIUM
from tests.browser.filling import fill_in, place

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "screens"
WIDTHS = {"": 1280, "-phone": 390}
PAGES = {
    "home": "/",
    "catalogue": "/goods/",
    "category": "/c/kitchen/?stock=1&sort=cheapest",
    "search": "/goods/?q=mug",
    "nothing-found": "/goods/?q=zebra",
    "empty-cart": "/cart/",
    "login": "/accounts/login/",
    "signup": "/accounts/signup/",
    "reset": "/accounts/reset/",
    "imprint": "/legal/imprint/",
    "privacy": "/legal/privacy/",
    "terms": "/legal/terms/",
    "delivery": "/pages/delivery/",
    "contact": "/pages/contact/",
    "not-found": "/no-such-page/",
}
ACCOUNT = {"account": "/account/", "account-email": "/account/email/", "account-delete": "/account/delete/"}
DARK = {"home", "catalogue", "category"}
LARGEST = 400_000  # bytes
EMAIL, PASSWORD = "ada@example.com", "an engine that weaves"
# The link of the e-mail would go to nobody.
ACCOUNT_MADE = f"""
from django.contrib.auth.models import User
User.objects.create_user("ada.lovelace", "{EMAIL}", "{PASSWORD}")
"""
# The page's own clock and prices of the shop stay as they are: this line alone is held no longer, and was cheaper.
EXPIRED = """
from datetime import timedelta
from django.db.models import F
from django.db.models.functions import Now
from cart.models import Cart, CartItem
line = CartItem.objects.filter(reserved_quantity__gt=0).latest("pk")
CartItem.objects.filter(pk=line.pk).update(reserved_until=Now() - timedelta(seconds=1), price=F("price") * 4 / 5)
Cart.objects.filter(pk=line.cart_id).update(version=F("version") + 1)  # so the stored total is known to be of before
"""


def main(address: str) -> int:
    """Take them all; 1 if a picture is too large for a repository."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        for suffix, width in WIDTHS.items():
            _take(browser, address, suffix, width)
        browser.close()
    return int(any(picture.stat().st_size > LARGEST for picture in FOLDER.glob("*.png")))


def _take(browser: Browser, address: str, suffix: str, width: int) -> None:
    page = browser.new_page(base_url=address, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    _visit(page, PAGES, suffix)
    _shop(page, suffix)
    _join(page)
    _order(page, suffix)
    _visit(page, ACCOUNT, suffix)
    _leave(page)
    page.close()


def _visit(page: Page, pages: dict[str, str], suffix: str) -> None:
    for name, path in pages.items():
        page.goto(path, wait_until="networkidle")
        _save(page, name, suffix, dark=name in DARK)


def _shop(page: Page, suffix: str) -> None:
    """Products, an add that is refused, and a cart: as it is, with a hold that ran out, and with a line removed."""
    page.goto("/goods/?q=cutlery+set", wait_until="networkidle")
    page.locator(".card", has_text="to choose from").locator(".card-link").first.click()
    page.locator(".variants").wait_for()
    _save(page, "variants", suffix)
    page.goto("/goods/?q=lunch+bag", wait_until="networkidle")
    page.locator(".card-link").first.click()
    page.get_by_label("Quantity").wait_for()
    _save(page, "product", suffix, dark=True)
    page.get_by_label("Quantity").evaluate("field => field.removeAttribute('max')")
    page.get_by_label("Quantity").fill("101")
    page.get_by_role("button", name="Add to cart", exact=True).click()
    page.get_by_role("alert").scroll_into_view_if_needed()
    _save(page, "refused", suffix)
    _fill_cart(page, suffix)


def _fill_cart(page: Page, suffix: str) -> None:
    page.goto("/")
    for number in range(3):
        page.locator(".card form button").nth(number).click()
        page.locator("#mini-cart .count", has_text=f"{number + 1} ").wait_for()
    _cart(page, "cart", suffix, dark=True)
    _in_shop(EXPIRED)
    _cart(page, "run-out", suffix)
    page.get_by_role("button", name="Remove").last.click()
    page.get_by_role("button", name="Undo").wait_for()
    _save(page, "removed", suffix)


def _cart(page: Page, name: str, suffix: str, *, dark: bool = False) -> None:
    page.goto("/cart/", wait_until="networkidle")
    _save(page, name, suffix, dark=dark)


def _in_shop(code: str) -> None:
    """Run code on the shop's own command line, with the addresses that `make up` left for it."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "shop.settings"}
    subprocess.run([sys.executable, "manage.py", "shell", "-v", "0", "-c", code], cwd=ROOT, env=env, check=True)


def _join(page: Page) -> None:
    _in_shop(ACCOUNT_MADE)
    page.goto("/accounts/login/")
    page.locator("#id_username").fill(EMAIL)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()


def _order(page: Page, suffix: str) -> None:
    """From the cart that came along to an order that the bank refuses, that goes on by invoice, and is cancelled."""
    page.goto("/checkout/")
    fill_in(page)
    _save(page, "checkout", suffix)
    page.get_by_role("button", name="Go on to the review").click()
    page.get_by_role("heading", name="A last look").wait_for()
    _save(page, "checkout-review", suffix)
    place(page, "Test bank")
    page.get_by_role("heading", name="Test bank").wait_for()
    _save(page, "test-bank", suffix)
    page.get_by_role("button", name="Refuse the payment").click()
    page.get_by_text("The payment was refused").wait_for()
    _save(page, "order-refused", suffix)
    page.get_by_role("radio", name="Bank transfer in advance").check()
    page.get_by_role("button", name="Pay in this way").click()
    page.locator(".transfer").wait_for()
    _save(page, "order", suffix)
    page.get_by_role("link", name="Cancel this order").click()
    page.get_by_role("button", name="Cancel the order").click()
    page.get_by_text("Your order is cancelled.").wait_for()
    _save(page, "order-cancelled", suffix)
    page.goto("/account/orders/")
    _save(page, "orders", suffix)


def _leave(page: Page) -> None:
    """Gone as it came, with what its cart held."""
    page.goto("/account/delete/")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Delete it for good").click()
    page.get_by_text("Your account is deleted.").wait_for()


def _save(page: Page, name: str, suffix: str, *, dark: bool = False) -> None:
    _shoot(page, f"{name}{suffix}.png")
    if dark:
        page.emulate_media(color_scheme="dark")
        _shoot(page, f"{name}-dark{suffix}.png")
        page.emulate_media(color_scheme="light")


def _shoot(page: Page, name: str) -> None:
    """256 colours are enough for drawings, and a third of the bytes."""
    page.screenshot(path=FOLDER / name)
    with Image.open(FOLDER / name) as picture:
        small = picture.convert("RGB").quantize(256)
    small.save(FOLDER / name, optimize=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].rstrip("/")))
