"""From a held cart to an order that is paid, in a real browser: with scripts, without, and by the keyboard alone."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from cart.models import CartItem
from cart.services import release_expired_holds
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, DeliveryRate, DeliveryStep, DeliveryZone, Order
from tests.browser.checkout_steps import delivery_methods, fill_address
from tests.browser.conftest import watched
from tests.browser.filling import fill_in, place
from tests.browser.steps import put_into_cart
from tests.browser.test_keyboard import press, tab_to
from tests.support.checkout import BOTH
from tests.support.shopping import expire, stock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def ways_to_pay_and_to_deliver(settings: Settings) -> None:
    settings.SHOP_PAYMENT_PROVIDERS = BOTH
    settings.ZEAL_ALLOWLIST = [*settings.ZEAL_ALLOWLIST, {"model": "orders.Order", "field": "payments"}]
    delivery_methods()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def either(request: pytest.FixtureRequest, browser: Browser, shop: str) -> Iterator[Page]:
    """A page of a browser with scripts, and again of one without."""
    context = browser.new_context(java_script_enabled=request.param)
    with watched(context, shop):
        yield context.new_page()
    context.close()


def expect_state(page: Page, state: str) -> None:
    expect(page.locator(".order-head .order-state")).to_have_text(state)


def test_a_guest_orders_by_invoice_and_cancels(either: Page, shop: str, variant: ProductVariant) -> None:
    """Also: the forms of a page that other sites must not learn of are still taken as ours."""
    page = either
    put_into_cart(page, shop, variant)
    fill_address(page, shop)
    expect(page.locator(".sum-total")).to_contain_text("£8.95")
    place(page)
    expect_state(page, "Awaiting payment")
    placed = Order.objects.get()
    expect(page.get_by_role("heading", name="Thank you for your order")).to_be_visible()
    expect(page.locator(".transfer")).to_contain_text(placed.number)
    assert stock(variant) == (8, 0)
    page.get_by_role("link", name="Cancel this order").click()
    page.get_by_role("button", name="Cancel the order").click()
    expect_state(page, "Cancelled")
    assert stock(variant) == (10, 0)


def test_country_and_method_change_the_sum_at_once_and_nothing_that_was_typed(
    page: Page, shop: str, variant: ProductVariant
) -> None:
    zone = DeliveryZone.objects.create(name="France", countries=["FR"])
    rate = DeliveryRate.objects.create(method=DeliveryMethod.objects.get(name="Express"), zone=zone)
    DeliveryStep.objects.create(rate=rate, price=12)
    put_into_cart(page, shop, variant)
    page.goto(shop + "/checkout/")
    fill_in(page)
    page.get_by_role("radio", name="Express").check()
    total, country = page.locator("#checkout-summary .sum-total"), page.get_by_label("Country", exact=True)
    expect(total).to_contain_text("£12.95")
    expect(page.get_by_role("radio", name="Express")).to_be_focused()
    country.focus()
    country.select_option("France")
    expect(page.locator("#delivery-choice")).to_contain_text("£12.00")
    expect(total).to_contain_text("£17.00")
    expect(page.get_by_role("radio", name="Express")).to_be_checked()
    expect(country).to_be_focused()
    expect(page.get_by_label("Street and number", exact=True)).to_have_value("1 Analytical Row")
    # The new choices are watched as the first ones were.
    page.get_by_role("radio", name="Standard").check()
    expect(total).to_contain_text("£8.95")
    page.get_by_label("Postcode", exact=True).fill("75001")
    page.get_by_role("button", name="Go on to the review").click()
    expect(page.locator(".sum-total")).to_contain_text("£8.95")


def test_refused_at_the_bank_and_paid_then(either: Page, shop: str, variant: ProductVariant) -> None:
    page = either
    put_into_cart(page, shop, variant)
    fill_address(page, shop)
    place(page, "Test bank")
    expect(page.get_by_role("heading", name="Test bank")).to_be_visible()
    page.get_by_role("button", name="Refuse the payment").click()
    expect(page.get_by_text("The payment was refused")).to_be_visible()
    page.get_by_role("radio", name="Test bank").check()
    page.get_by_role("button", name="Pay in this way").click()
    page.get_by_role("link", name="Leave without paying").click()
    expect_state(page, "Awaiting payment")
    page.get_by_role("button", name="Go on to pay").click()
    page.get_by_role("button", name="Pay, and call the shop twice").click()
    expect_state(page, "Paid")
    assert Order.objects.get().transitions.filter(to_state="paid").count() == 1


def test_what_is_wrong_with_the_address(either: Page, shop: str, variant: ProductVariant) -> None:
    page = either
    put_into_cart(page, shop, variant)
    page.goto(shop + "/checkout/")
    page.get_by_label("E-mail address").fill("ada@example")
    for label in ("Full name", "Street and number", "Town or city", "Postcode"):
        page.get_by_label(label, exact=True).fill("x")
    page.get_by_label("Country", exact=True).select_option("France")
    page.get_by_role("button", name="Go on to the review").click()
    field = page.get_by_label("E-mail address")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("Enter a valid email address.")
    expect(page.get_by_label("Full name", exact=True)).to_have_value("x")
    expect(page.get_by_label("Country", exact=True)).to_have_value("FR")


def test_a_price_that_changed_on_the_way_is_shown_first(either: Page, shop: str, variant: ProductVariant) -> None:
    page = either
    put_into_cart(page, shop, variant)
    fill_address(page, shop)
    expire(CartItem.objects.get())
    release_expired_holds()
    ProductVariant.objects.update(price="3.00")
    place(page)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Nothing was ordered")
    expect(alert).to_contain_text("Its price has changed since you added it.")
    expect(alert).to_be_focused()
    assert not Order.objects.exists()
    page.get_by_role("button", name="Take again").click()
    expect(page.locator(".sum-total")).to_contain_text("£9.95")
    place(page)
    expect_state(page, "Awaiting payment")
    assert Order.objects.get().lines.get().price == ProductVariant.objects.get().price


def test_a_hold_that_runs_out_on_the_way_is_taken_again(page: Page, shop: str, variant: ProductVariant) -> None:
    """The clock runs down while the shopper looks; what they chose stays, and the order still goes through."""
    put_into_cart(page, shop, variant)
    fill_address(page, shop)
    page.get_by_role("radio", name="Test bank").check()
    CartItem.objects.update(reserved_until=Now() + timedelta(minutes=10), hold_extensions=3)
    page.clock.install()
    page.reload()
    page.get_by_role("radio", name="Test bank").check()
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"[89]:\d\d"))
    CartItem.objects.update(reserved_until=Now() - timedelta(seconds=1))
    page.clock.fast_forward("10:00")
    expect(page.get_by_text("No longer held for you", exact=True)).to_be_visible()
    expect(page.get_by_role("radio", name="Test bank")).to_be_checked()
    release_expired_holds()
    page.get_by_role("button", name="Order and pay").click()
    expect(page.get_by_role("heading", name="Test bank")).to_be_visible()
    assert stock(variant) == (8, 0)


def test_two_clicks_make_one_order(page: Page, shop: str, variant: ProductVariant) -> None:
    put_into_cart(page, shop, variant)
    fill_address(page, shop)
    page.get_by_role("button", name="Order and pay").dblclick()
    expect_state(page, "Awaiting payment")
    assert Order.objects.count() == 1
    # The page that the back button shows, and the review itself, lead on to the same order.
    page.go_back()
    for _ in range(2):
        page.get_by_role("button", name="Go on to pay").click()
        expect(page.get_by_text(f"Order {Order.objects.get().number}")).to_be_visible()
        page.goto(shop + "/checkout/review/")
    assert stock(variant) == (8, 0)


def test_a_late_payment_is_owed(page: Page, shop: str, variant: ProductVariant) -> None:
    put_into_cart(page, shop, variant)
    fill_address(page, shop)
    place(page, "Test bank")
    bank = page.url
    page.get_by_role("link", name="Leave without paying").click()
    page.get_by_role("link", name="Cancel this order").click()
    page.get_by_role("button", name="Cancel the order").click()
    expect_state(page, "Cancelled")
    page.goto(bank)
    page.get_by_role("button", name="Pay", exact=True).click()
    expect_state(page, "Cancelled")
    expect(page.get_by_text("We owe you £8.95")).to_be_visible()


def test_the_keyboard_alone_is_enough(page: Page, shop: str, variant: ProductVariant) -> None:
    put_into_cart(page, shop, variant)
    page.goto(shop + "/cart/")
    press(page, "Checkout")
    page.wait_for_url("**/checkout/")
    tab_to(page, "id_email")
    for text in ("ada@example.com", "", "Ada", "1 Row", "", "London", "N1 1AA", "United K"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Express")).to_be_checked()
    press(page, "Go on to the review")
    page.wait_for_url("**/checkout/review/")
    tab_to(page, "id_provider_0")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Test bank")).to_be_checked()
    press(page, "Order and pay")
    page.wait_for_url("**/testbank/**")
    press(page, "Refuse the payment")
    expect_state(page, "Awaiting payment")
    press(page, "Pay in this way")
    expect(page.locator(".transfer")).to_be_visible()
    press(page, "Cancel this order")
    page.wait_for_url("**/cancel/")
    press(page, "Cancel the order")
    expect_state(page, "Cancelled")
