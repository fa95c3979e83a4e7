"""What scripts add to `test_both_ways`: nothing reloads, focus and voice go where they should, and a clock runs."""

import re
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from playwright.sync_api import Page, Route, expect

from cart.models import CartItem
from inventory.models import ProductVariant
from tests.browser.steps import add, expect_units, is_same_page, mark, messages, open_product, put_into_cart
from tests.conftest import MakeVariant
from tests.support.shopping import stock

pytestmark = pytest.mark.django_db(transaction=True)


def hold_ends_in(seconds: int) -> None:
    CartItem.objects.update(reserved_until=Now() + timedelta(seconds=seconds))


def hold_runs_out(page: Page) -> None:
    """In the shop, and then on the page, whose clock must be installed: so no machine is too slow to load it before."""
    hold_ends_in(-1)
    page.clock.fast_forward("10:00")


def test_an_add_from_the_list_keeps_the_page_and_the_focus(page: Page, shop: str, variant: ProductVariant) -> None:
    page.goto(shop)
    mark(page)
    button = page.get_by_role("button", name="Add to cart")
    for number in (1, 2):
        button.click()
        expect_units(page, number)
        expect(button).to_be_focused()
    expect(messages(page)).to_contain_text("added.")
    assert is_same_page(page)
    assert stock(variant) == (8, 2)


def test_a_refusal_stands_at_its_field_which_has_the_focus(page: Page, shop: str, variant: ProductVariant) -> None:
    open_product(page, shop, variant)
    mark(page)
    page.get_by_label("Quantity").evaluate("field => field.removeAttribute('max')")
    add(page, 12)
    expect(page.get_by_role("alert")).to_contain_text("Only 10 units available in stock.")
    expect(page.get_by_label("Quantity")).to_be_focused()
    page.get_by_role("button", name="Take 10 instead").click()
    expect_units(page, 10)
    expect(page.locator("#availability")).to_have_text("The last ones are in your cart")
    assert is_same_page(page)


def test_a_form_that_was_just_shown_is_no_plain_one(page: Page, shop: str, variant: ProductVariant) -> None:
    """A key is pressed in the instant in which the changed cart is swapped in: nothing reloads all the same."""
    put_into_cart(page, shop, variant, 1)
    page.goto(shop + "/cart/")
    mark(page)
    page.evaluate("""document.addEventListener('htmx:afterSwap', () =>
        setTimeout(() => document.querySelector('.line-remove')?.requestSubmit()), {once: true})""")
    page.get_by_label("Quantity of").fill("4")
    page.get_by_label("Quantity of").press("Enter")
    expect(page.get_by_text("Nothing in it yet.")).to_be_visible()
    assert is_same_page(page)


def test_change_remove_and_undo(page: Page, shop: str, variant: ProductVariant) -> None:
    put_into_cart(page, shop, variant, 1)
    page.goto(shop + "/cart/")
    mark(page)
    page.get_by_label("Quantity of").fill("4")
    page.get_by_label("Quantity of").press("Enter")
    expect_units(page, 4)
    expect(page.locator(".cart-sums")).to_contain_text("£10.00")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nothing in it yet.")).to_be_visible()
    assert stock(variant) == (10, 0)
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.click()
    expect(messages(page)).to_contain_text("back in your cart")
    expect(page.get_by_role("heading", name="Your cart")).to_be_focused()
    assert (is_same_page(page), stock(variant)) == (True, (6, 4))


def test_a_hold_runs_out_on_screen_and_is_taken_again(page: Page, shop: str, variant: ProductVariant) -> None:
    put_into_cart(page, shop, variant, 1)
    hold_ends_in(600)
    page.clock.install()
    page.goto(shop + "/cart/")
    mark(page)
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"[89]:\d\d"))
    hold_runs_out(page)
    expect(page.get_by_text("No longer held for you", exact=True)).to_be_visible()
    page.get_by_role("button", name="Take again").click()
    expect(page.get_by_text("Held for you until")).to_be_visible()
    assert is_same_page(page)


def test_two_minutes_before_the_end_it_is_said_and_can_be_kept(page: Page, shop: str, variant: ProductVariant) -> None:
    put_into_cart(page, shop, variant, 1)
    hold_ends_in(600)
    page.clock.install()
    page.goto(shop + "/cart/")
    page.clock.fast_forward("08:30")
    expect(page.locator("#live")).to_have_text("An item in your cart is held for at most 2 more minutes.")
    page.get_by_role("button", name="Keep my items").click()
    expect(messages(page)).to_contain_text("1 item is held for longer.")
    expect(page.get_by_text("Up to 2 more times")).to_be_visible()


@pytest.mark.parametrize(
    ("left", "clock", "said"),
    [
        (1800, "30:00", ""),
        (121, "2:01", ""),
        (120, "2:00", "An item in your cart is held for at most 2 more minutes."),
        (61, "1:01", "An item in your cart is held for at most 2 more minutes."),
        (60, "1:00", "An item in your cart is held for at most 1 more minute."),
        (59, "0:59", "An item in your cart is held for at most 1 more minute."),
        (1, "0:01", "An item in your cart is held for at most 1 more minute."),
    ],
)
def test_the_clock_and_what_is_said_of_it(
    page: Page, shop: str, variant: ProductVariant, left: int, clock: str, said: str
) -> None:
    cart_at(page, shop, variant, left)
    expect(page.get_by_role("timer")).to_have_text(clock)
    expect(page.locator("#live")).to_have_text(said)


def test_a_warning_is_gone_when_the_hold_is_over(page: Page, shop: str, variant: ProductVariant) -> None:
    cart_at(page, shop, variant, 1)
    expect(page.locator("#live")).to_contain_text("at most 1 more minute.")
    CartItem.objects.all().delete()
    page.clock.fast_forward("00:02")
    expect(page.get_by_text("Nothing in it yet.")).to_be_visible()
    expect(page.locator("#live")).to_have_text("")


def cart_at(page: Page, shop: str, variant: ProductVariant, left: int) -> None:
    """The cart when its hold ends in so many seconds; the time of the page stands still."""
    put_into_cart(page, shop, variant, 1)
    page.clock.install()
    page.goto(shop + "/cart/")
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 1"))  # seconds
    page.evaluate("left => { document.querySelector('.hold').dataset.secondsLeft = left }", left)
    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:afterSettle', {detail: {target: {id: 'cart'}}}))")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("address", ["/", "/goods/?sort=name", "product"])
def test_what_is_said_of_an_add_moves_nothing_and_can_be_closed(
    page: Page, shop: str, variant: ProductVariant, width: int, address: str
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(shop + (variant.product.get_absolute_url() if address == "product" else address))
    button = page.get_by_role("button", name="Add to cart")
    button.scroll_into_view_if_needed()
    before = button.bounding_box()
    for by_key in (False, True):
        button.click()
        expect(messages(page)).to_contain_text("added.")
        expect(page.locator(".floating")).to_be_in_viewport(ratio=1)
        assert button.bounding_box() == before
        if by_key:
            page.keyboard.press("Escape")
        else:
            page.get_by_role("button", name="Close").click()
        expect(page.locator(".floating")).to_have_count(0)
        assert button.bounding_box() == before


def test_the_focus_stays_on_the_card_whose_button_was_pressed(page: Page, shop: str, make_variant: MakeVariant) -> None:
    variants = [make_variant() for _ in range(3)]
    page.goto(shop + "/goods/?sort=name")
    for units, variant in enumerate(variants, 1):
        button = page.locator(f"#product-{variant.product_id} button")
        button.press("Enter")
        expect_units(page, units)
        expect(button).to_be_focused()


def test_a_changed_quantity_is_sent_when_its_field_is_left(page: Page, shop: str, variant: ProductVariant) -> None:
    put_into_cart(page, shop, variant, 1)
    page.goto(shop + "/cart/")
    mark(page)
    field = page.get_by_label("Quantity of")
    for key in ("ArrowUp", "ArrowUp", "ArrowDown", "ArrowUp", "Tab"):
        field.press(key)
    expect_units(page, 3)
    expect(page.get_by_role("button", name="Remove")).to_be_focused()
    field.fill("")
    field.press("Tab")
    expect(field).to_have_value("")
    assert (is_same_page(page), stock(variant)) == (True, (7, 3))


def test_minus_and_plus_step_a_quantity_and_the_cart_is_sent_once(
    page: Page, shop: str, variant: ProductVariant
) -> None:
    """Each press counts, also one that comes while the answer to an earlier one is on its way."""
    open_product(page, shop, variant)
    more, less = (page.get_by_role("button", name=name, exact=True) for name in ("One more", "One less"))
    more.click(click_count=3, delay=20)
    less.click()
    expect(page.get_by_label("Quantity")).to_have_value("3")
    page.get_by_role("button", name="Add to cart", exact=True).click()
    expect_units(page, 3)
    page.goto(shop + "/cart/")
    mark(page)
    more.click()
    with page.expect_request("**/cart/lines/*/"):
        more.click()
    more.click()
    expect_units(page, 6)
    expect(more).to_be_focused()
    for _ in range(9):
        less.click()
    expect_units(page, 1)
    assert (is_same_page(page), stock(variant)) == (True, (9, 1))


def test_a_form_that_is_refused_as_foreign_leaves_the_page(page: Page, shop: str, variant: ProductVariant) -> None:
    """The cookie is gone; then it is another one, as after a log-in in another tab."""
    open_product(page, shop, variant)
    mark(page)
    page.context.clear_cookies()
    add(page)
    expect(messages(page)).to_contain_text("Your browser does not keep our cookie.")
    tab = page.context.new_page()
    tab.goto(shop)
    tab.close()
    add(page)
    expect(messages(page)).to_contain_text("This page was too old.")
    assert (is_same_page(page), stock(variant)) == (True, (10, 0))
    with page.expect_navigation():
        messages(page).get_by_role("link", name="Open this page again").click()
    add(page)
    expect_units(page, 1)


def test_picking_a_variant_changes_what_is_shown_and_keeps_what_was_typed(
    page: Page, shop: str, variant: ProductVariant, blue: ProductVariant
) -> None:
    open_product(page, shop, variant)
    mark(page)
    page.get_by_label("Quantity").fill("3")
    link = page.get_by_role("link", name="Blue")
    link.press("Enter")
    expect(page.locator(".product-text > .price")).to_have_text("£4.00")
    expect(link).to_be_focused()
    expect(link).to_have_attribute("aria-current", "true")
    expect(page.get_by_label("Quantity")).to_have_value("3")
    expect(page).to_have_url(shop + blue.get_absolute_url())
    page.get_by_role("button", name="Add to cart", exact=True).click()
    expect_units(page, 3)
    assert (is_same_page(page), stock(blue)) == (True, (2, 3))


def test_an_add_is_told_of_though_another_variant_was_picked_meanwhile(
    page: Page, shop: str, variant: ProductVariant, blue: ProductVariant
) -> None:
    held_back: list[Route] = []
    page.route("**/cart/add/", lambda route: held_back.append(route))
    open_product(page, shop, variant)
    mark(page)
    add(page, 2)
    page.get_by_role("link", name="Blue").click()
    expect(page.locator(".product-text > .price")).to_have_text("£4.00")
    held_back[0].continue_()
    expect_units(page, 2)
    expect(messages(page)).to_contain_text("added.")
    expect(page.locator("#availability")).to_have_text("Only 5 left")
    assert (is_same_page(page), stock(variant), stock(blue)) == (True, (8, 2), (5, 0))


def test_a_hold_that_runs_out_does_not_wipe_what_is_being_typed(page: Page, shop: str, variant: ProductVariant) -> None:
    put_into_cart(page, shop, variant, 1)
    hold_ends_in(600)
    page.clock.install()
    page.goto(shop + "/cart/")
    field = page.get_by_label("Quantity of")
    field.fill("7")
    hold_runs_out(page)
    expect(page.get_by_text("No longer held for you", exact=True)).to_be_visible()
    expect(field).to_have_value("7")
    expect(field).to_be_focused()
    field.press("Enter")
    expect_units(page, 7)
    expect(field).to_have_value("7")
