"""What a shopper does and sees, in words."""

from playwright.sync_api import Locator, Page, expect

from inventory.models import ProductVariant

MARK = "window.isStillThisPage"


def units(page: Page) -> Locator:
    """The number beside the cart in the header."""
    return page.locator("#mini-cart .count")


def expect_units(page: Page, number: int) -> None:
    expect(units(page)).to_contain_text(f"{number} ")


def messages(page: Page) -> Locator:
    return page.locator("#messages")


def open_product(page: Page, shop: str, variant: ProductVariant) -> None:
    page.goto(shop + variant.product.get_absolute_url())


def add(page: Page, quantity: int = 1) -> None:
    """Add on a product's page, and go on when the shop has answered."""
    page.get_by_label("Quantity").fill(str(quantity))
    page.get_by_role("button", name="Add to cart", exact=True).click()


def put_into_cart(page: Page, shop: str, variant: ProductVariant, quantity: int = 2) -> None:
    open_product(page, shop, variant)
    add(page, quantity)
    expect_units(page, quantity)


def mark(page: Page) -> None:
    """Leave a mark that a reload would wipe away."""
    page.evaluate(f"{MARK} = true")


def is_same_page(page: Page) -> bool:
    return bool(page.evaluate(f"{MARK} === true"))
