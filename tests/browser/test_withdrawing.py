"""A guest withdraws from a part of an order, with scripts and without: found, chosen, confirmed; and once only."""

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, Order
from orders.services import ship_order
from tests.browser.checkout_steps import delivery_methods
from tests.browser.conftest import watched
from tests.support.ordering import order, pay
from tests.support.shopping import add
from withdrawals.models import Withdrawal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def page(request: pytest.FixtureRequest, browser: Browser, shop: str) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=request.param)
    with watched(context, shop):
        yield context.new_page()
    context.close()


@pytest.fixture
def shipped(variant: ProductVariant) -> Order:
    delivery_methods()
    placed = order(add(Owner(guest_token=uuid.uuid4()), variant, 3), DeliveryMethod.objects.get(name="Standard"))
    pay(placed)
    return ship_order(order_id=placed.pk)


def test_withdraw(page: Page, shop: str, shipped: Order) -> None:
    name = shipped.lines.get().name
    page.goto(shop)
    page.get_by_role("link", name="Withdraw from contract here").click()
    page.get_by_label("Order number").fill(shipped.number.lower())
    page.get_by_label("E-mail address of the order").fill("ada@example.com")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label(name)).to_have_value("3")
    page.get_by_label(name).fill("4")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("You have 3 of it to withdraw from.")).to_be_visible()
    page.get_by_label(name).fill("2")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text(f"2 × {name}")).to_be_visible()  # noqa: RUF001 as it is on the page
    page.get_by_role("button", name="Confirm withdrawal").dblclick()
    expect(page.get_by_role("heading", name="Your withdrawal has come")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("You have 1 of it to withdraw from.")).to_be_visible()
    assert [line.quantity for line in Withdrawal.objects.get().lines.all()] == [2]
