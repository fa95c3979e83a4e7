"""Pictures of the back office for `docs/screens`: python -m tests.browser.screens_office ADDRESS, of a shop that is up.

The password of the demo's staff comes from DEMO_STAFF_PASSWORD or, as `make up` keeps it, from .local/staff-password.
"""

import os
import sys

from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, CHROMIUM
from tests.browser.filling import fill_in, place
from tests.browser.screens import ROOT, WIDTHS, _save

PAGES = {
    "office-dashboard": "/admin/",
    "office-variants": "/admin/inventory/productvariant/",
    "office-movements": "/admin/inventory/stockmovement/",
    "office-alerts": "/admin/inventory/lowstockalert/",
    "office-holds": "/admin/cart/cartitem/",
    "office-carts": "/admin/cart/cart/",
    "office-orders": "/admin/orders/order/",
    "office-refunds": "/admin/orders/refund/",
    "office-invoices": "/admin/orders/document/",
    "office-customers": "/admin/customers/customer/",
    "office-delivery": "/admin/orders/deliveryrate/",
    "office-report": "/admin/orders/order/reports/days/",
    "office-pages": "/admin/pages/page/",
    "office-second-factor": "/admin/second-factor/set-up/",
    "office-import": "/admin/inventory/importjob/add/",
    "office-effects": "/admin/outbox/outboxrow/",
    "office-log": "/admin/admin/logentry/",
}


def main(address: str) -> None:
    """Take them all, at both widths."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        for suffix, width in WIDTHS.items():
            page = browser.new_page(base_url=address, viewport={"width": width, "height": 900})
            page.set_default_timeout(60_000)
            _shop(page)
            _log_in(page, suffix)
            for name, path in PAGES.items():
                page.goto(path, wait_until="networkidle")
                _save(page, name, suffix)
            _ask(page, suffix)
            page.close()
        browser.close()


def _shop(page: Page) -> None:
    """Somebody has paid for something, and holds a few things."""
    _fill_cart(page)
    page.goto("/checkout/")
    fill_in(page)
    page.get_by_role("button", name="Go on to the review").click()
    place(page, "Test bank")
    page.get_by_role("button", name="Pay", exact=True).click()
    page.get_by_role("heading", name="Thank you for your order").wait_for()
    _fill_cart(page)


def _fill_cart(page: Page) -> None:
    page.goto("/")
    for number in range(3):
        page.locator(".card form button").nth(number).click()
        page.locator("#mini-cart .count", has_text=f"{number + 1} ").wait_for()


def _log_in(page: Page, suffix: str) -> None:
    page.goto("/admin/", wait_until="networkidle")
    _save(page, "office-login", suffix)
    page.locator("[name=username]").fill("staff")
    page.locator("[name=password]").fill(_password())
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/")


def _ask(page: Page, suffix: str) -> None:
    """What is asked before a hold is released, the stock of a variant, a cart, a product, an order, a customer."""
    pages = {
        "office-release": ("/admin/cart/cartitem/", "release/"),
        "office-cart": ("/admin/cart/cart/", "change/"),
        "office-stock": ("/admin/inventory/productvariant/", "stock/"),
        "office-product": ("/admin/inventory/product/", "change/"),
        "office-order": ("/admin/orders/order/", "change/"),
        "office-customer": ("/admin/customers/customer/", "change/"),
    }
    for name, (path, last) in pages.items():
        page.goto(path)
        row = page.locator("#result_list a[href*='/change/']").first.get_attribute("href") or ""
        address = row.split("?")[0]
        page.goto(address if last == "change/" else address.replace("change/", last), wait_until="networkidle")
        _save(page, name, suffix)


def _password() -> str:
    return os.environ.get("DEMO_STAFF_PASSWORD") or (ROOT / ".local" / "staff-password").read_text().strip()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
