"""Pictures of the pages for `docs/screens`, each at two widths: python -m tests.browser.screens ADDRESS."""

import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
WIDTHS = {"": 1280, "-phone": 390}
PAGES = {
    "catalogue": "/",
    "search": "/?q=mug",
    "empty-cart": "/cart/",
    "signup": "/accounts/signup/",
    "terms": "/legal/terms/",
    "not-found": "/no-such-page/",
}
LARGEST = 300_000  # bytes


def main(address: str) -> int:
    """Take them all; 1 if a picture is too large for a repository."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        for suffix, width in WIDTHS.items():
            _take(browser, address, suffix, width)
        browser.close()
    return int(any(picture.stat().st_size > LARGEST for picture in FOLDER.glob("*.png")))


def _take(browser: Browser, address: str, suffix: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    for name, path in PAGES.items():
        page.goto(address + path, wait_until="networkidle")
        _save(page, f"{name}{suffix}.png")
    _shop(page, address, suffix)
    page.close()


def _shop(page: Page, address: str, suffix: str) -> None:
    """A product, an add that is refused, a cart with a few things in it, and one of them removed."""
    page.goto(address + "/?q=lunch+bag", wait_until="networkidle")
    page.locator(".card-link").first.click()
    page.get_by_label("Quantity").wait_for()
    _save(page, f"product{suffix}.png")
    page.get_by_label("Quantity").evaluate("field => field.removeAttribute('max')")
    page.get_by_label("Quantity").fill("101")
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("alert").scroll_into_view_if_needed()
    _save(page, f"refused{suffix}.png")
    page.goto(address)
    for number in range(3):
        page.locator(".card form button").nth(number).click()
        page.locator("#mini-cart .count", has_text=f"{number + 1} ").wait_for()
    page.goto(address + "/cart/", wait_until="networkidle")
    _save(page, f"cart{suffix}.png")
    page.get_by_role("button", name="Remove").last.click()
    page.get_by_role("button", name="Undo").wait_for()
    _save(page, f"removed{suffix}.png")


def _save(page: Page, name: str) -> None:
    """256 colours are enough for drawings, and a third of the bytes."""
    page.screenshot(path=FOLDER / name)
    with Image.open(FOLDER / name) as picture:
        small = picture.convert("RGB").quantize(256)
    small.save(FOLDER / name, optimize=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].rstrip("/")))
