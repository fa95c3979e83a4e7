"""The owner's first day: from `make up` with an empty catalogue to an order that is paid, shipped, invoiced and half
returned, by the back office alone. The shop runs in processes of its own, as on the owner's machine.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import watched
from tests.browser.filling import fill_in, place
from tests.browser.office import PASSWORD, choose, give_reason, told
from tests.support.waiting import wait_until
from tests.tools.local.conftest import empty_redis, open_folder, project, start
from tests.tools.local.runner import Runner, bare_environment

__all__ = ["empty_redis", "open_folder", "project", "start"]
pytestmark = pytest.mark.servers


@pytest.fixture
def shop(start: Callable[..., Runner], project: Path) -> Iterator[str]:
    """The address of a shop without the demo, in which one superuser was made at the terminal."""
    runner = start("up", SHOP_DEMO="false", DEBUG="false")
    runner.wait_until_up()
    manage(project, "createsuperuser", "--noinput", DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    yield runner.address("shop").rstrip("/")
    found = manage(project, "audit_stock")
    assert "0 differences" in found, found


def manage(project: Path, *command: str, **env: str) -> str:
    """Run a command as in a second terminal. Returns what it said."""
    names = {"DJANGO_SUPERUSER_USERNAME": "owner", "DJANGO_SUPERUSER_EMAIL": "owner@shop.example"}
    environment = bare_environment(**names, **env)
    arguments = [sys.executable, "manage.py", *command]
    return subprocess.run(arguments, cwd=project, env=environment, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def owner(browser: Browser, shop: str) -> Iterator[Page]:
    """The owner's browser, logged in to the back office."""
    context = browser.new_context(base_url=shop)
    with watched(context, shop):
        page = context.new_page()
        page.goto("/admin/")
        page.locator("[name=username]").fill("owner")
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        yield page
    context.close()


@pytest.fixture
def customer(browser: Browser, shop: str) -> Iterator[Page]:
    context = browser.new_context(base_url=shop, locale="en-GB")
    with watched(context, shop):
        yield context.new_page()
    context.close()


def save(page: Page) -> None:
    page.locator("[name=_save]").click()
    told(page, "successfully")


def step(page: Page, name: str, button: str, **fields: str) -> None:
    """One of the steps at the top of an order: its page, filled in and sent."""
    page.get_by_role("link", name=name).click()
    for label, text in fields.items():
        page.get_by_label(label.replace("_", " ")).first.fill(text)
    page.get_by_role("button", name=button).click()


def add_goods(page: Page) -> None:
    """A category, and in it a mug of which ten came in."""
    page.goto("/admin/inventory/category/add/")
    page.locator("[name=name]").fill("Kitchen")
    page.locator("[name=slug]").fill("kitchen")
    save(page)
    page.goto("/admin/inventory/product/add/")
    page.locator("[name=category]").select_option(label="Kitchen")
    page.locator("[name=number]").fill("10001")
    page.locator("[name=name]").fill("Enamel mug")
    page.locator("[name=description]").fill("For **camping**.")
    page.get_by_text("Add another Product variant").click()
    page.locator("[name=variants-0-sku]").fill("10001A")
    page.locator("[name=variants-0-name]").fill("Blue")
    page.locator("[name=variants-0-price]").fill("8.50")
    page.locator("[name=variants-0-opening_stock]").fill("10")
    save(page)


def write_pages(page: Page) -> None:
    """The headline of the front page, and the page of returns."""
    page.get_by_role("link", name="Front page").click()
    page.locator("#result_list a[href*=change]").first.click()
    page.locator("[name=headline]").fill("Mugs for the road")
    save(page)
    page.goto("/admin/pages/page/")
    page.get_by_role("link", name="Returns").click()
    page.locator("[name=text]").fill("Within **14 days**, in the box that it came in.")
    page.locator("[name=is_published]").check(force=True)
    save(page)


def add_carrier(page: Page) -> None:
    """A carrier with a link for its parcels."""
    page.goto("/admin/orders/carrier/add/")
    page.locator("[name=name]").fill("Parcelvan")
    page.locator("[name=tracking_url]").fill("https://parcelvan.example/{number}")
    save(page)


def order_two(page: Page) -> str:
    """A customer finds the shop, and orders two mugs. Returns the number of the order."""
    page.goto("/")
    expect(page.get_by_role("heading", name="Mugs for the road")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Enamel mug").first.click()
    expect(page.get_by_text("For camping.")).to_be_visible()
    page.get_by_label("Quantity").fill("2")
    page.get_by_role("button", name="Add to cart", exact=True).click()
    expect(page.locator("#mini-cart .count")).to_contain_text("2")
    page.goto("/cart/")
    page.get_by_role("button", name="Checkout").click()
    fill_in(page)
    page.get_by_role("button", name="Go on to the review").click()
    place(page)
    expect(page.get_by_role("heading", name="Thank you for your order")).to_be_visible()
    found = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", page.locator("main").inner_text())
    assert found
    return found.group()


def sees(page: Page, *words: str) -> None:
    """The customer's page of the order says all of it, at the latest when the workers have done their part."""

    def said() -> bool:
        page.reload()
        text = page.locator("main").inner_text()
        return all(each in text for each in words)

    wait_until(said, f"the order's page says {words}")


def test_the_first_day(owner: Page, customer: Page) -> None:
    add_goods(owner)
    add_carrier(owner)
    write_pages(owner)
    number = order_two(customer)
    sees(customer, "Invoice INV-00001")

    owner.goto("/admin/orders/order/")
    owner.get_by_role("link", name=number).click()
    step(owner, "Money came", "Note it", Amount_that_came="20.95")
    told(owner, "is paid")
    owner.get_by_role("link", name="Ship…").click()
    owner.get_by_label("Carrier").select_option(label="Parcelvan")
    owner.get_by_label("Tracking").fill("P17")
    owner.get_by_role("button", name="It has left").click()
    told(owner, "is shipped")
    step(owner, "Take units back", "Take them back", **{"10001A": "1", "Reason": "Broken"})
    told(owner, "1 unit is back on the shelf")
    owner.get_by_role("link", name="Refunds due").first.click()
    choose(owner, "Money was sent…")
    give_reason(owner, "Transfer of today", "It was sent")

    sees(customer, "Your order is on its way", "1 came back", "Credit note CN-00001")
    expect(customer.locator("a[href='https://parcelvan.example/P17']")).to_be_visible()
    with customer.expect_download() as download:
        customer.get_by_role("link", name="Invoice INV-00001").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    customer.get_by_role("link", name="Returns").click()
    expect(customer.get_by_text("Within 14 days")).to_be_visible()
    owner.goto("/admin/customers/customer/")
    told(owner, "ada@example.com")
    told(owner, "£12.45")
