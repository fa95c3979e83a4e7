"""Pages with goods on them as somebody comes to see them, in every state that looks different."""

from datetime import timedelta
from decimal import Decimal

from django.db.models.functions import Now
from playwright.sync_api import expect

from cart.models import CartItem
from inventory.models import Product, ProductVariant
from inventory.services.prices import NewPrice
from inventory.services.reductions import announce_reductions
from pages.models import FrontPage
from pages.selectors import read_shown, remember
from tests.browser.stage import Look, Stage, plain
from tests.browser.steps import add, expect_units
from tests.support.producers import make_producer

# --- Carts


def some_run_out(stage: Stage) -> None:
    """Of two lines one is held no longer, and its price is another."""
    stage.fill_cart(2, 1)
    first = CartItem.objects.filter(quantity=2).latest("pk")
    CartItem.objects.filter(pk=first.pk).update(reserved_until=Now() - timedelta(seconds=1))
    ProductVariant.objects.update(price="3.10")
    stage.page.reload()
    expect(stage.page.get_by_text("Price changed since").first).to_be_visible()
    expect(stage.page.get_by_text("No longer held for you", exact=True)).to_be_visible()


def about_to_end(stage: Stage) -> None:
    stage.fill_cart(1)
    CartItem.objects.update(reserved_until=Now() + timedelta(seconds=90), hold_extensions=3)
    stage.page.reload()
    expect(stage.page.get_by_role("timer")).to_be_visible()


def refused_in_the_cart(stage: Stage) -> None:
    stage.fill_cart(1)
    stage.page.get_by_label("Quantity of").evaluate("field => field.removeAttribute('max')")
    stage.page.get_by_label("Quantity of").fill("40")
    stage.page.get_by_label("Quantity of").press("Enter")
    stage.page.get_by_role("alert").wait_for()


def removed(stage: Stage) -> None:
    stage.fill_cart(1, 1)
    stage.press("Remove")
    stage.page.get_by_role("button", name="Undo").wait_for()


# --- Products


def refused_on_its_page(stage: Stage) -> None:
    stage.open_as_new_guest(stage.product(3, threshold=5))
    stage.page.get_by_label("Quantity").evaluate("field => field.removeAttribute('max')")
    add(stage.page, 12)
    stage.page.get_by_role("alert").wait_for()


def added_on_its_page(stage: Stage) -> None:
    stage.open_as_new_guest(stage.product(3, others=3))
    add(stage.page, 3)
    expect_units(stage.page, 3)


def in_other_carts(stage: Stage) -> None:
    stage.open_as_new_guest(stage.product(2))
    add(stage.page, 2)
    expect_units(stage.page, 2)
    stage.page.context.clear_cookies()
    stage.page.reload()
    expect(stage.page.get_by_text("All in other carts")).to_be_visible()


def several_variants(stage: Stage) -> None:
    stage.open_as_new_guest(stage.product(others=4))


def with_safety_data(stage: Stage) -> None:
    """With a producer outside the Union, long addresses, and warnings of several lines."""
    variant = stage.product()
    producer = make_producer(country="GB", electronic_address=f"https://works.example/{'tin' * 30}")
    warnings = "Not suitable for children under 36 months: small parts.\nNot for the dishwasher."
    Product.objects.filter(pk=variant.product_id).update(producer=producer, warnings=warnings)
    stage.open_as_new_guest(variant)
    expect(stage.page.get_by_role("heading", name="Product safety")).to_be_visible()


def reduced(stage: Stage) -> None:
    """A large price with all that may stand beside it, on its page."""
    variant = stage.product(name="Gilded Mug", price="12345.00", content="500 g")
    prices = {variant.pk: NewPrice(variant.price, Decimal("9876.50"))}
    announce_reductions(prices=prices, compare_at=Decimal("23456.00"))
    stage.open_as_new_guest(variant)
    expect(stage.page.get_by_text("Compare-at price: £23,456.00")).to_be_visible()


def reduced_in_a_list(stage: Stage) -> None:
    stage.go("/goods/?q=gilded")
    expect(stage.page.get_by_text("Lowest price in the 30 days before: £12,345.00")).to_be_visible()


def sold_out(stage: Stage) -> None:
    stage.open_as_new_guest(stage.product(0))


def a_list(stage: Stage) -> None:
    stage.product(), stage.product(0), stage.product(2, threshold=5), stage.product(others=2)
    for number in range(30):
        stage.product(name=f"Small Tin Mug {number}")
    stage.page.context.clear_cookies()
    stage.go("/")
    stage.press("Add to cart")
    expect_units(stage.page, 1)


def owners_home(stage: Stage) -> None:
    FrontPage.objects.update_or_create(
        id=1, defaults={"headline": "Christmas is near", "facts": "Delivery from £3.95 · 14 days to return"}
    )
    remember(read_shown())
    stage.go("/")
    expect(stage.page.get_by_role("heading", name="Christmas is near")).to_be_visible()


GOODS = [
    Look("home", "home", a_list),
    Look("home in the owner's words", "home", owners_home),
    plain("catalogue", "/goods/"),
    plain("catalogue", "/goods/?q=mug&sort=cheapest&stock=1&min=x&page=2"),
    plain("catalogue", "/goods/?q=nothing-of-the-kind"),
    plain("category", "/c/kitchen/"),
    plain("category", "/c/kitchen/?min=900"),
    Look("several variants", "product", several_variants),
    Look("with producer and warnings", "product", with_safety_data),
    Look("reduced", "product", reduced),
    Look("reduced, in a list", "catalogue", reduced_in_a_list),
    Look("sold out", "product", sold_out),
    Look("in other carts", "product", in_other_carts),
]
CARTS = [
    plain("cart", "/cart/"),
    Look("refused on its page", "product", refused_on_its_page),
    Look("added on its page", "product", added_on_its_page),
    Look("removed", "cart", removed),
    Look("run out, with another price", "cart", some_run_out),
]
CARTS_TOO = [
    Look("refused in the cart", "cart", refused_in_the_cart),
    Look("about to end, for the last time", "cart", about_to_end),
]
