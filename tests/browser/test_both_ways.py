"""What a shopper does, with scripts and all of it again without: the same deeds end in the same."""

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from cart.models import Cart, CartItem
from cart.owners import Owner
from inventory.categories import ensure_categories
from inventory.models import Product, ProductVariant
from orders.links import order_path
from orders.models import DeliveryMethod, DeliveryRate, DeliveryStep, DeliveryZone
from shop.catalog.selectors import PRODUCTS_A_PAGE
from tests.browser.checkout_steps import delivery_methods
from tests.browser.conftest import watched
from tests.browser.steps import add, expect_units, messages, open_product, put_into_cart
from tests.conftest import MakeVariant
from tests.support import shopping
from tests.support.ordering import order, pay
from tests.support.pages import MakeUser
from tests.support.shopping import end_soon, expire, held, stock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def page(browser: Browser, shop: str, scripts: bool) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=scripts)
    with watched(context, shop):
        yield context.new_page()
    context.close()


@pytest.fixture
def mugs(make_variant: MakeVariant) -> list[ProductVariant]:
    """A page of mugs and three more, in the kitchen; the first is 10.00, each later one a penny more."""
    found = [make_variant(price=f"{10 + number / 100:.2f}") for number in range(PRODUCTS_A_PAGE + 3)]
    for number, variant in enumerate(found):
        Product.objects.filter(pk=variant.product_id).update(
            name=f"Tin Mug {number:02}", category=ensure_categories()["kitchen"]
        )
    return found


def test_browse(page: Page, shop: str, mugs: list[ProductVariant]) -> None:
    page.goto(shop)
    page.get_by_role("link", name="Tea & kitchen").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tea & kitchen")
    expect(page.locator(".card")).to_have_count(PRODUCTS_A_PAGE)
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".card")).to_have_count(3)
    expect(page).to_have_url(f"{shop}/c/kitchen/?page=2")
    name = page.locator(".card-name").first.inner_text()
    page.locator(".card-link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_search_sort_and_filter(page: Page, shop: str, mugs: list[ProductVariant], variant: ProductVariant) -> None:
    page.goto(shop + variant.get_absolute_url())
    page.get_by_role("searchbox").fill("tin mugs")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("searchbox")).to_have_value("tin mugs")
    expect(page.locator(".list-count")).to_contain_text(f"of {len(mugs)}")
    page.get_by_text("Sort and filter").click()
    page.get_by_label("Sort by").select_option("dearest")
    page.get_by_label("Price from").fill("10.20")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".card-name").first).to_have_text(f"Tin Mug {len(mugs) - 1:02}")
    expect(page.locator(".card")).to_have_count(len(mugs) - 20)
    expect(page.get_by_role("searchbox")).to_have_value("tin mugs")
    page.get_by_role("searchbox").fill("zebra")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("Nothing goes by “zebra” here.")).to_be_visible()


def test_pick_a_variant(page: Page, shop: str, variant: ProductVariant, blue: ProductVariant) -> None:
    open_product(page, shop, variant)
    page.get_by_role("link", name="Blue").click()
    expect(page.get_by_role("link", name="Blue")).to_have_attribute("aria-current", "true")
    expect(page.locator(".product-text > .price")).to_have_text("£4.00")
    add(page, 2)
    expect_units(page, 2)
    assert (stock(blue), stock(variant)) == ((3, 2), (10, 0))


def test_add_change_remove_undo_and_keep(page: Page, shop: str, variant: ProductVariant, scripts: bool) -> None:
    page.goto(shop)
    page.get_by_role("button", name="Add to cart").click()
    expect_units(page, 1)
    page.get_by_role("link", name=variant.product.name).first.click()
    add(page, 2)
    expect_units(page, 3)
    page.get_by_role("link", name="View cart").click()
    set_quantity(page, "5", scripts)
    expect_units(page, 5)
    expect(page.locator(".cart-sums")).to_contain_text("£12.50")
    end_soon(*CartItem.objects.all())
    page.get_by_role("button", name="Keep my items").click()
    expect(messages(page)).to_contain_text("held for longer")
    page.get_by_role("button", name="Remove").click()
    expect_units(page, 0)
    assert stock(variant) == (10, 0)
    page.get_by_role("button", name="Undo").click()
    expect_units(page, 5)
    assert stock(variant) == (5, 5)


def set_quantity(page: Page, typed: str, scripts: bool) -> None:
    """With scripts the number is sent when its field is left, and there is no button for it."""
    page.get_by_label("Quantity of").fill(typed)
    update = page.get_by_role("button", name="Update")
    if scripts:
        expect(update).to_have_count(0)
        page.get_by_label("Quantity of").press("Tab")
    else:
        update.click()


def test_nought_removes_and_undo_puts_it_back_at_its_place(
    page: Page, shop: str, make_variant: MakeVariant, scripts: bool
) -> None:
    first, second = make_variant(), make_variant()
    for units, variant in enumerate((first, second), 1):
        open_product(page, shop, variant)
        add(page)
        expect_units(page, units)
    page.goto(shop + "/cart/")
    page.get_by_label("Quantity of").first.fill("0")
    page.get_by_label("Quantity of").first.press("Enter")
    expect_units(page, 1)
    page.get_by_role("button", name="Undo").click()
    expect_units(page, 2)
    expect(page.locator(".line-name")).to_have_text([first.product.name, second.product.name])


def test_on_a_phone_the_chosen_category_is_in_view(page: Page, shop: str, make_variant: MakeVariant) -> None:
    for category in ensure_categories().values():
        Product.objects.filter(pk=make_variant().product_id).update(category=category)
    page.set_viewport_size({"width": 390, "height": 844})
    for slug in list(ensure_categories())[::3]:
        page.goto(f"{shop}/c/{slug}/")
        expect(page.locator(".categories [aria-current]")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("typed", ["1,5", "1.5", "1e1", "-2"])
def test_a_quantity_that_is_none_is_said_and_stays_as_it_was_typed(
    page: Page, shop: str, variant: ProductVariant, typed: str
) -> None:
    """A number field would drop the comma while it is typed, and 15 units would be added."""
    open_product(page, shop, variant)
    page.get_by_label("Quantity").press("ControlOrMeta+a")
    page.get_by_label("Quantity").press_sequentially(typed)
    page.get_by_role("button", name="Add to cart", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Please enter a whole number of units, 1 or more.")
    expect(page.get_by_label("Quantity")).to_have_value(typed)
    assert stock(variant) == (10, 0)


def test_take_what_is_left_after_others(page: Page, shop: str, variant: ProductVariant) -> None:
    open_product(page, shop, variant)
    held(Owner(guest_token=uuid.uuid4()), variant, 8)
    add(page, 5)
    expect(page.get_by_role("alert")).to_contain_text("Only 2 units available in stock.")
    expect(page.get_by_label("Quantity")).to_have_value("5")
    page.get_by_role("button", name="Take 2 instead").click()
    expect_units(page, 2)
    assert stock(variant) == (0, 10)


def test_a_hold_that_ran_out_is_taken_again(page: Page, shop: str, variant: ProductVariant) -> None:
    put_into_cart(page, shop, variant)
    expire(CartItem.objects.get())
    page.goto(shop + "/cart/")
    expect(page.get_by_text("No longer held for you", exact=True)).to_be_visible()
    page.get_by_role("button", name="Take again").click()
    expect(page.get_by_text("Held for you until")).to_be_visible()
    assert stock(variant) == (8, 2)


def test_two_browsers_race_for_the_last_unit(
    browser: Browser, page: Page, shop: str, scripts: bool, make_variant: MakeVariant
) -> None:
    last = make_variant(1)
    rival = browser.new_context(java_script_enabled=scripts).new_page()
    for each in (page, rival):
        open_product(each, shop, last)
    for each in (page, rival):
        each.get_by_role("button", name="Add to cart", exact=True).click(no_wait_after=True)
    for each in (page, rival):
        expect(each.locator("#messages .message, #quantity-error").first).to_be_visible()
    told = [str(each.locator("main").inner_text()) for each in (page, rival)]
    won = [text for text in told if "added." in text]
    lost = [text for text in told if "All of them are in other carts" in text]
    assert (len(won), len(lost), stock(last)) == (1, 1, (0, 1))
    rival.context.close()


def test_logging_in_brings_a_full_cart_along(
    page: Page, shop: str, variant: ProductVariant, make_user: MakeUser
) -> None:
    make_user("ada")
    put_into_cart(page, shop, variant, 3)
    page.get_by_role("link", name="Log in").click()
    page.get_by_label("E-mail address or user name").fill("ada")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    expect_units(page, 3)
    assert CartItem.objects.get().cart.user is not None
    page.get_by_role("button", name="Log out").click()
    expect_units(page, 0)


def test_the_country_decides_what_delivery_costs(page: Page, shop: str, variant: ProductVariant) -> None:
    delivery_methods()
    zone = DeliveryZone.objects.create(name="France", countries=["FR"])
    rate = DeliveryRate.objects.create(method=DeliveryMethod.objects.get(name="Standard"), zone=zone, free_from=100)
    DeliveryStep.objects.create(rate=rate, price=9)
    put_into_cart(page, shop, variant)
    page.goto(shop + "/cart/")
    expect(page.locator(".cart-sums")).to_contain_text("Delivery to United Kingdomfrom £3.95")
    expect(page.locator(".to-free")).to_have_text("£45.00 more and delivery is free.")
    page.get_by_text("Deliver to another country").click()
    page.get_by_label("Country").select_option("France")
    page.get_by_role("button", name="Show the price").click()
    expect(page.locator(".cart-sums")).to_contain_text("Delivery to Francefrom £7.95")
    expect(page.locator("dl.total")).to_contain_text("£12.95")
    page.get_by_role("button", name="Checkout").click()
    expect(page.get_by_label("Country", exact=True)).to_have_value("FR")
    expect(page.get_by_role("radio", name="Standard")).to_be_visible()
    expect(page.locator("label", has_text="Standard")).to_contain_text("£9.00")


def test_on_a_phone_total_and_checkout_are_in_view(page: Page, shop: str, make_variant: MakeVariant) -> None:
    """At once, and without covering the last line or the end of the page; with large text they are in their place."""
    delivery_methods()
    page.set_viewport_size({"width": 390, "height": 844})
    for units in range(1, 6):
        open_product(page, shop, make_variant())
        add(page)
        expect_units(page, units)
    page.goto(shop + "/cart/")
    button = page.get_by_role("button", name="Checkout")
    expect(button).to_be_in_viewport(ratio=1)
    expect(page.locator("dl.total")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Remove").last.click(trial=True)
    page.get_by_role("link", name="Imprint").click(trial=True)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.evaluate("scrollTo(0, 0)")
    expect(button).not_to_be_in_viewport()


def test_order_again(page: Page, shop: str, make_variant: MakeVariant) -> None:
    """By the link of a guest's order, in a browser without a cookie; then once more by the page of before."""
    delivery_methods()
    goods, somebody = [make_variant() for _ in range(3)], Owner(guest_token=uuid.uuid4())
    for variant in goods:
        shopping.add(somebody, variant, 3)
    placed = order(Cart.objects.get(), DeliveryMethod.objects.get(name="Standard"))
    pay(placed)
    held(Owner(guest_token=uuid.uuid4()), goods[0], 5)
    page.goto(shop + order_path(placed.number))
    page.get_by_role("button", name="Order again").click()
    expect(page).to_have_url(f"{shop}/cart/")
    expect_units(page, 8)
    expect(messages(page)).to_contain_text(f"A part of order {placed.number} is in your cart.")
    told = page.get_by_role("region", name="What was ordered again")
    expect(told).to_contain_text("2 of 3 added: no more are free just now.")
    told.get_by_text("2 items as they were in that order").click()
    expect(told.get_by_text(goods[2].product.name)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Order again")).to_be_visible()
    expect_units(page, 8)
    assert stock(goods[0]) == (0, 7)
    page.goto(shop + "/cart/")
    expect(page.locator(".line-name")).to_have_count(3)
    expect(told).to_have_count(0)
