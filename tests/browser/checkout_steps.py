"""What a shopper does on the way to an order, in words."""

from decimal import Decimal

from playwright.sync_api import Page, expect

from orders.models import DeliveryMethod
from tests.browser.filling import fill_in


def delivery_methods() -> None:
    """Standard for 3.95, free from 50, and Express for 7.95; those of the migration are gone in these tests."""
    standard = {"price": Decimal("3.95"), "free_from": Decimal(50), "description": "2 to 4 working days", "place": 1}
    express = {"price": Decimal("7.95"), "description": "Next working day", "place": 2}
    for name, columns in (("Standard", standard), ("Express", express)):
        DeliveryMethod.objects.update_or_create(name=name, defaults=columns)


def fill_address(page: Page, shop: str) -> None:
    """From the cart to the last look."""
    page.goto(shop + "/cart/")
    page.get_by_role("button", name="Checkout").click()
    fill_in(page)
    page.get_by_role("button", name="Go on to the review").click()
    expect(page.get_by_role("heading", name="A last look")).to_be_visible()
