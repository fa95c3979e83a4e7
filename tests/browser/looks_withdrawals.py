"""The pages of the withdrawal function: in the account, and by the signed link."""

from datetime import date

from playwright.sync_api import expect

from cart.owners import Owner
from orders.links import order_path
from orders.models import DeliveryMethod, Order, Shipment
from orders.services import ship_order
from tests.browser.checkout_steps import delivery_methods
from tests.browser.stage import Look, Stage, plain
from tests.support.ordering import order, pay
from tests.support.shopping import add
from withdrawals.models import Withdrawal


def own_orders(stage: Stage) -> None:
    """Two mugs and a jug are on their way to Ada."""
    delivery_methods()
    owner = Owner(user_id=stage.log_in().pk)
    add(owner, stage.product(), 2)
    cart = add(owner, stage.product(name="Green Enamel Jug"))
    placed = order(cart, DeliveryMethod.objects.get(name="Standard"))
    pay(placed)
    ship_order(order_id=placed.pk)
    stage.go("/withdraw/")


def choosing(stage: Stage) -> None:
    stage.page.get_by_role("link", name="Order ").first.click()
    expect(stage.page.get_by_role("heading", name="Withdraw from contract here")).to_be_visible()


def nothing_chosen(stage: Stage) -> None:
    for field in stage.page.get_by_role("textbox").all()[:2]:  # the third is the name
        field.fill("0")
    stage.press("Go on")
    stage.page.get_by_role("alert").wait_for()


def confirming(stage: Stage) -> None:
    stage.page.get_by_label("Blue Tin Mug").fill("1")
    stage.press("Go on")
    expect(stage.page.get_by_role("button", name="Confirm withdrawal")).to_be_visible()


def declared(stage: Stage) -> None:
    stage.press("Confirm withdrawal")
    expect(stage.page.get_by_role("heading", name="Your withdrawal has come")).to_be_visible()


def of_the_order(stage: Stage, step: str = "") -> None:
    stage.go(f"{order_path(Order.objects.get().number)}withdraw/{step}")


def too_late(stage: Stage) -> None:
    Shipment.objects.update(delivered_on=date(2020, 1, 1))
    of_the_order(stage)


WITHDRAWALS = [
    Look("own orders", "withdraw_find", own_orders),
    Look("choosing in the account", "account_order_withdraw", choosing),
    Look("nothing chosen", "account_order_withdraw_confirm", nothing_chosen),
    Look("confirming in the account", "account_order_withdraw_confirm", confirming),
    Look("declared in the account", "account_order_withdrawn", declared),
    Look("an order that was withdrawn from", "order", lambda stage: stage.go(order_path(Order.objects.get().number))),
    Look("choosing by the link", "order_withdraw", of_the_order),
    Look("confirming by the link", "order_withdraw_confirm", confirming),
    Look("declared", "order_withdrawn", lambda stage: of_the_order(stage, f"{Withdrawal.objects.get().pk}/")),
    Look("too late", "order_withdraw", too_late),
    plain("withdraw_find", "/withdraw/"),
]
