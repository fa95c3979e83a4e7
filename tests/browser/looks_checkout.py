"""Pages of checkout and of orders as somebody comes to see them, in every state that looks different."""

from playwright.sync_api import expect

from cart.models import CartItem
from cart.services import release_expired_holds
from inventory.models import Product, ProductVariant
from orders.links import order_path
from orders.models import Carrier, Order
from orders.services import cancel_order, return_lines, ship_order
from outbox.drain import drain
from tests.browser.checkout_steps import delivery_methods, fill_address
from tests.browser.filling import place
from tests.browser.stage import Look, Stage
from tests.support.checkout import BOTH
from tests.support.ordering import FIRM, pay
from tests.support.shopping import expire

_WIDEST = "WMWM-MWMW"


def a_cart(stage: Stage) -> None:
    delivery_methods()
    stage.settings.SHOP_PAYMENT_PROVIDERS = BOTH
    stage.fill_cart(2)


def an_address(stage: Stage) -> None:
    a_cart(stage)
    stage.page.get_by_role("button", name="Checkout").click()
    expect(stage.page.get_by_label("Postcode", exact=True)).to_be_visible()


def a_wrong_address(stage: Stage) -> None:
    stage.page.locator("form.address").evaluate("form => form.noValidate = true")
    stage.press("Go on to the review")
    expect(stage.page.locator(".field-error").first).to_be_visible()


def a_bill_and_a_gift(stage: Stage) -> None:
    """All parts open, and one address of the bill that is not whole."""
    for part in stage.page.locator("summary").all():
        part.click()
    stage.page.get_by_label("Company", exact=True).fill("Analytical Engines & Co")
    stage.page.get_by_label("Street on the bill").fill("1 Dorset Street")
    stage.page.get_by_label("Your message").fill("Happy birthday!")
    a_wrong_address(stage)
    expect(stage.page.get_by_label("Your message")).to_have_value("Happy birthday!")


def a_last_look(stage: Stage) -> None:
    fill_address(stage.page, stage.shop)


def refused(stage: Stage) -> None:
    """The hold ran out, and the price is another by now."""
    expire(CartItem.objects.get(cart__status="open"))
    release_expired_holds()
    ProductVariant.objects.update(price="3.10")
    place(stage.page)
    stage.page.get_by_role("alert").wait_for()


def by_invoice(stage: Stage) -> None:
    a_cart(stage)
    fill_address(stage.page, stage.shop)
    place(stage.page)
    expect(stage.page.locator(".transfer")).to_be_visible()
    # No number is wider.
    Order.objects.update(number=_WIDEST)
    stage.page.goto(stage.shop + order_path(_WIDEST))
    expect(stage.page.locator(".transfer")).to_contain_text(_WIDEST)


def at_the_bank(stage: Stage) -> None:
    a_cart(stage)
    fill_address(stage.page, stage.shop)
    place(stage.page, "Test bank")
    expect(stage.page.get_by_role("heading", name="Test bank")).to_be_visible()


def refused_at_the_bank(stage: Stage) -> None:
    stage.press("Refuse the payment")
    expect(stage.page.get_by_text("The payment was refused")).to_be_visible()


def cancelling(stage: Stage) -> None:
    stage.page.get_by_role("link", name="Cancel this order").click()
    expect(stage.page.get_by_role("button", name="Cancel the order")).to_be_visible()


def no_orders(stage: Stage) -> None:
    delivery_methods()
    stage.log_in()
    stage.go("/account/orders/")


def a_part_has_left(stage: Stage) -> None:
    """With all that a customer may give, a parcel to track, and an invoice."""
    for variant in (stage.product(name="Blue Tin Mug"), stage.product(name="Red Tin Mug")):
        stage.page.goto(stage.shop + variant.product.get_absolute_url())
        stage.press("Add to cart")
        expect(stage.page.locator("#messages")).to_contain_text("added")
    fill_address(stage.page, stage.shop)
    place(stage.page)
    expect(stage.page.locator(".transfer")).to_be_visible()
    placed = Order.objects.latest("id")
    given = {name: getattr(FIRM, name) for name in ("phone", "delivery_note", "company", "vat_id", "gift_message")}
    Order.objects.filter(pk=placed.pk).update(**given)
    pay(placed)
    drain("issue_documents")
    drain("render_documents")
    line = placed.lines.first()
    assert line
    ship_order(
        order_id=placed.pk,
        units={line.pk: 1},
        carrier=Carrier.objects.create(name="Swift", tracking_url="https://swift.example/{number}"),
        tracking_number="QM123456789GB",
        note="Handle with care",
    )
    stage.page.reload()
    expect(stage.page.get_by_role("link", name="Invoice")).to_be_visible()


def some_came_back(stage: Stage) -> None:
    """All is sent, and a unit of it came back."""
    placed = Order.objects.latest("id")
    ship_order(order_id=placed.pk, note="Parcel 4711")
    line = placed.lines.first()
    assert line
    return_lines(order_id=placed.pk, units={line.pk: 1}, reason="Broken")
    stage.page.reload()
    expect(stage.page.get_by_text("came back")).to_be_visible()


def pages_of_orders(stage: Stage) -> None:
    stage.page.goto(stage.shop + "/account/orders/")
    expect(stage.page.locator(".orders li").first).to_be_visible()


def cancelled_in_the_account(stage: Stage) -> None:
    stage.product()
    stage.page.goto(stage.shop)
    stage.press("Add to cart")
    expect(stage.page.locator("#messages")).to_contain_text("added")
    fill_address(stage.page, stage.shop)
    place(stage.page)
    stage.page.get_by_role("link", name="Cancel this order").click()
    expect(stage.page.get_by_role("button", name="Cancel the order")).to_be_visible()


def it_is_cancelled(stage: Stage) -> None:
    cancel_order(order_id=Order.objects.latest("id").pk)
    stage.page.get_by_role("link", name="Rather not").click()
    expect(stage.page.get_by_text("This order was cancelled")).to_be_visible()


def ordered_again(stage: Stage) -> None:
    """One of the goods is no longer on sale."""
    Product.objects.filter(name="Red Tin Mug").update(is_listed=False)
    stage.page.get_by_role("button", name="Order again").last.click()
    expect(stage.page.get_by_role("region", name="What was ordered again")).to_contain_text("no longer on sale")


CHECKOUT = [
    Look("an address", "checkout", an_address),
    Look("a wrong address", "checkout", a_wrong_address),
    Look("a bill and a gift", "checkout", a_bill_and_a_gift),
    Look("a last look", "checkout_review", a_last_look),
    Look("not as it was shown", "checkout_review", refused),
]
PAYING = [
    Look("by invoice", "order", by_invoice),
    Look("cancelling", "order_cancel", cancelling),
    Look("at the bank", "testbank", at_the_bank),
    Look("refused at the bank", "order", refused_at_the_bank),
]
ORDERS = [
    Look("no orders", "account_orders", no_orders),
    Look("a part has left", "account_order", a_part_has_left),
    Look("some came back", "account_order", some_came_back),
    Look("cancelling in the account", "account_order_cancel", cancelled_in_the_account),
    Look("cancelled", "account_order", it_is_cancelled),
    Look("orders", "account_orders", pages_of_orders),
    Look("ordered again", "cart", ordered_again),
]
