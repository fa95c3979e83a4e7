"""Paying by card in a real browser: over a real web process, to a hosted page of another origin, and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from inventory.models import ProductVariant
from orders.models import Order
from tests.browser.checkout_steps import delivery_methods, fill_address
from tests.browser.conftest import watched
from tests.browser.filling import place
from tests.browser.steps import put_into_cart
from tests.browser.test_checkout import expect_state
from tests.support.processes import start_web
from tests.support.shopping import stock
from tests.support.stripe_server import KEY, SECRET, StripeServer
from tools.local.server import free_port

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stripe() -> Iterator[StripeServer]:
    with StripeServer() as server:
        yield server


@pytest.fixture
def card_shop(transactional_db: None, stripe: StripeServer, tmp_path: Path) -> Iterator[str]:
    """The address of a shop of its own: a policy of its pages that knows Stripe is made when a process starts."""
    port = free_port()
    web = start_web(tmp_path, port, STRIPE_SECRET_KEY=KEY, STRIPE_WEBHOOK_SECRET=SECRET, STRIPE_API_BASE=stripe.url)
    try:
        web.ready()
        stripe.webhook = f"http://127.0.0.1:{port}/payments/stripe/hook/"
        delivery_methods()
        yield f"http://127.0.0.1:{port}"
    finally:
        web.stop()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def shopper(
    request: pytest.FixtureRequest, browser: Browser, card_shop: str, stripe: StripeServer, variant: ProductVariant
) -> Iterator[Page]:
    """Somebody who has ordered two units and chosen to pay by card; with scripts, and again without."""
    context = browser.new_context(java_script_enabled=request.param)
    with watched(context, card_shop, stripe.url):
        page = context.new_page()
        put_into_cart(page, card_shop, variant)
        fill_address(page, card_shop)
        place(page, "Card")
        yield page
    context.close()


def expect_stripe(page: Page) -> None:
    expect(page.get_by_role("heading", name="Pay 895 gbp")).to_be_visible()


def test_a_card_pays_the_order(shopper: Page, stripe: StripeServer) -> None:
    page = shopper
    expect_stripe(page)
    page.get_by_role("button", name="Pay with a bad card").click()
    expect(page.get_by_text("Your card was declined.")).to_be_visible()
    page.get_by_role("button", name="Pay", exact=True).click()
    expect_state(page, "Paid")
    assert Order.objects.get().state == "paid"


def test_back_before_the_web_hook(shopper: Page, stripe: StripeServer) -> None:
    """The order's page says that the payment is being confirmed, and does not ask for it again."""
    page, hook = shopper, stripe.webhook
    stripe.webhook = None
    expect_stripe(page)
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_text("Your payment is being confirmed (Card).")).to_be_visible()
    expect(page.get_by_role("button", name="Go on to pay")).to_have_count(0)
    stripe.webhook = hook
    stripe.tell("checkout.session.completed", next(iter(stripe.sessions.values())))
    page.get_by_role("button", name="Look again").click()
    expect_state(page, "Paid")


def test_left_without_paying_and_gone_on_with(shopper: Page, stripe: StripeServer) -> None:
    """By the link of Stripe's page, and by the browser's back button: it is one session all along."""
    page = shopper
    expect_stripe(page)
    page.get_by_role("link", name="Back").click()
    expect_state(page, "Awaiting payment")
    page.get_by_role("button", name="Go on to pay: Card").click()
    expect_stripe(page)
    page.go_back()
    page.get_by_role("button", name="Go on to pay: Card").click()
    expect_stripe(page)
    assert len(stripe.sessions) == 1
    page.get_by_role("button", name="Pay", exact=True).click()
    expect_state(page, "Paid")


def test_cancelled_on_the_way(shopper: Page, stripe: StripeServer, card_shop: str, variant: ProductVariant) -> None:
    page = shopper
    expect_stripe(page)
    page.get_by_role("link", name="Back").click()
    page.get_by_role("link", name="Cancel this order").click()
    page.get_by_role("button", name="Cancel the order").click()
    expect_state(page, "Cancelled")
    assert stock(variant) == (10, 0)


def test_stripe_is_down(shopper: Page, stripe: StripeServer) -> None:
    page = shopper
    expect_stripe(page)
    page.get_by_role("link", name="Back").click()
    stripe.fails = 503
    page.get_by_role("button", name="Go on to pay: Card").click()
    expect(page.get_by_text("Card cannot be reached just now.")).to_be_visible()
    stripe.fails = None
    page.get_by_role("button", name="Go on to pay: Card").click()
    expect_stripe(page)
