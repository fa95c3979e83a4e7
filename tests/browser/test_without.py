"""The main path without scripts, and by the keyboard alone."""

import pytest
from playwright.sync_api import Browser, Page, expect

from inventory.models import ProductVariant
from tests.browser.steps import add, expect_units, messages
from tests.shopping import stock

pytestmark = pytest.mark.django_db(transaction=True)


def test_without_scripts_every_form_works(browser: Browser, shop: str, variant: ProductVariant) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(shop)
    page.get_by_role("button", name="Add to cart").click()
    expect_units(page, 1)
    page.get_by_role("link", name=variant.product.name).first.click()
    add(page, 2)
    expect_units(page, 3)
    page.get_by_role("link", name="View cart").click()
    page.get_by_label("Quantity of").fill("5")
    page.get_by_role("button", name="Update").click()
    expect_units(page, 5)
    page.get_by_role("button", name="Keep my items").click()
    expect(messages(page)).to_contain_text("held for longer")
    page.get_by_role("button", name="Remove").click()
    expect_units(page, 0)
    page.get_by_role("button", name="Undo").click()
    expect_units(page, 5)
    assert stock(variant) == (5, 5)
    page.context.close()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until a button or link of this name has the focus, as somebody without a mouse does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.evaluate("(document.activeElement.textContent || '') + (document.activeElement.id || '')")
        if name in " ".join(str(focused).split()):
            return
    raise AssertionError(f"no way to {name!r} by the keyboard")


def test_the_keyboard_alone_is_enough(page: Page, shop: str, variant: ProductVariant) -> None:
    page.goto(shop)
    tab_to(page, "Skip to the goods")
    page.keyboard.press("Enter")
    tab_to(page, "Add to cart")
    page.keyboard.press("Enter")
    expect_units(page, 1)
    expect(page.get_by_role("button", name="Add to cart")).to_be_focused()
    page.keyboard.press("Enter")
    expect_units(page, 2)
    page.goto(shop + "/cart/")
    tab_to(page, "quantity-")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect_units(page, 5)
    tab_to(page, "Remove")
    page.keyboard.press("Enter")
    expect_units(page, 0)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect_units(page, 5)
    assert stock(variant) == (5, 5)
