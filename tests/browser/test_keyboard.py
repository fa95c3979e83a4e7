"""The main path by the keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from backoffice.roles import MANAGER
from inventory.models import ProductVariant
from tests.browser.office import log_in
from tests.browser.steps import expect_units
from tests.support.shopping import stock

pytestmark = pytest.mark.django_db(transaction=True)


# Past the last field the page itself has the focus, whose text is everything.
FOCUSED = "(({tagName, textContent, id}) => tagName === 'BODY' ? '' : textContent + id)(document.activeElement)"


def tab_to(page: Page, name: str) -> None:
    """Press Tab until a field, button or link of this name has the focus, as somebody without a mouse does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if name in " ".join(str(focused).split()):
            return
    raise AssertionError(f"no way to {name!r} by the keyboard")


def press(page: Page, name: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Enter")


def test_the_keyboard_alone_is_enough(page: Page, shop: str, variant: ProductVariant, blue: ProductVariant) -> None:
    """Search, open, pick, add, cart, change, remove, undo: the pointer is never needed."""
    page.goto(shop)
    tab_to(page, "q")
    page.keyboard.type("product")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=product")
    press(page, "Skip to the goods")
    press(page, variant.product.name)
    page.wait_for_url(f"**{variant.product.get_absolute_url()}")
    press(page, "Blue")
    expect(page.get_by_role("link", name="Blue")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("link", name="Blue")).to_be_focused()
    press(page, "Add to cart")
    expect_units(page, 1)
    expect(page.get_by_role("button", name="Add to cart", exact=True)).to_be_focused()
    press(page, "View cart")
    page.wait_for_url("**/cart/")
    tab_to(page, "quantity-")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect_units(page, 5)
    press(page, "Remove")
    expect_units(page, 0)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect_units(page, 5)
    assert stock(blue) == (0, 5)


def test_arrow_keys_step_a_quantity(page: Page, shop: str, variant: ProductVariant) -> None:
    """From 1 to what is free, as in a number field; what is no quantity is left as it was typed."""
    page.goto(shop + variant.product.get_absolute_url())
    field = page.get_by_label("Quantity")
    for key, expected in (("ArrowUp", "2"), ("ArrowDown", "1"), ("ArrowDown", "1")):
        field.press(key)
        expect(field).to_have_value(expected)
    field.fill("9")
    for expected in ("10", "10"):
        field.press("ArrowUp")
        expect(field).to_have_value(expected)
    field.fill("1,5")
    field.press("ArrowUp")
    expect(field).to_have_value("1,5")


def test_what_the_sidebar_folds_is_opened_by_the_keyboard(page: Page, shop: str) -> None:
    log_in(page, shop, MANAGER)
    effects = page.locator("#nav-sidebar-apps").get_by_role("link", name="Effects")
    expect(effects).to_be_hidden()
    # Not by Tab: the scrollable sidebar takes the focus first, and its text is that of all its links.
    page.get_by_text("Behind the pages").first.press("Enter")
    expect(effects).to_be_visible()
    effects.press("Enter")
    page.wait_for_url("**/admin/outbox/outboxrow/")
    expect(effects).to_be_visible()  # where one is stays open
