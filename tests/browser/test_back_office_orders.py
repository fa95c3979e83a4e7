"""The staff's day with orders in a browser: money, parcel, slip, return and refund, each as the role that does it."""

import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from backoffice.roles import CLERK, MANAGER
from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, Order, Refund
from tests.browser.office import choose, give_reason, log_in, told
from tests.conftest import MakeVariant
from tests.support.ordering import order, pay
from tests.support.shopping import add, stock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delivery() -> DeliveryMethod:
    return DeliveryMethod.objects.update_or_create(name="Standard", defaults={"price": Decimal("3.95")})[0]


@pytest.fixture
def placed(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> Order:
    """An order of four units of `variant`: 10.00, and 3.95 for delivery."""
    return order(add(guest, variant, 4), delivery)


def step(page: Page, name: str) -> Locator:
    return page.get_by_role("link", name=name)


def take_picture(page: Page, name: str) -> None:
    """At both widths, where PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})


def test_money_parcel_slip_return_and_refund(page: Page, shop: str, placed: Order, variant: ProductVariant) -> None:
    log_in(page, shop, MANAGER)
    take_picture(page, "dashboard")
    step(page, "Orders").first.click()
    take_picture(page, "orders")
    page.get_by_role("link", name=placed.number).click()
    step(page, "Money came").click()
    page.get_by_label("Amount that came").press_sequentially("13,95")
    take_picture(page, "money")
    page.get_by_role("button", name="Note it").click()
    told(page, f"£13.95 came; {placed} is paid.")
    expect(step(page, "Money came")).to_have_count(0)
    take_picture(page, "order-paid")

    step(page, "Packing slip").click()
    expect(page.get_by_role("heading", name=placed.number)).to_be_visible()
    expect(page.get_by_role("cell", name=variant.sku)).to_be_visible()
    take_picture(page, "slip")
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Back to the orders")).not_to_be_visible()
    page.emulate_media(media="screen")
    page.go_back()

    step(page, "Ship…").click()
    page.get_by_label("Note").fill("Parcel 17")
    page.get_by_role("button", name="It has left").click()
    told(page, f"{placed} is shipped")

    step(page, "Take units back").click()
    page.get_by_label(variant.sku).fill("1")
    page.get_by_label("Reason").fill("Broken")
    take_picture(page, "take-back")
    page.get_by_role("button", name="Take them back").click()
    told(page, "1 unit is back on the shelf")
    take_picture(page, "order-returned")
    assert stock(variant) == (7, 0)

    step(page, "Refunds due").first.click()
    choose(page, "Money was sent…")
    give_reason(page, "Transfer of 3 May", "It was sent")
    told(page, "1 refund is noted as sent.")
    assert str(Refund.objects.get().sent_by) == "manager"


def test_a_clerk_packs_and_ships_the_paid_ones(
    page: Page,
    shop: str,
    placed: Order,
    make_variant: MakeVariant,
    delivery: DeliveryMethod,
    make_user: Callable[[str], User],
) -> None:
    others = [order(add(Owner(user_id=make_user(name).pk), make_variant()), delivery) for name in ("ada", "bob")]
    for one in others:
        pay(one)
    log_in(page, shop, CLERK)
    page.goto(shop + reverse("admin:orders_order_changelist"))
    for box in page.locator("#result_list .action-select").all():
        box.check()
    page.get_by_label("Select action to run").select_option(label="Packing slips to print")
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".slip")).to_have_count(2)
    expect(page.get_by_role("alert")).to_contain_text(f"{placed} (placed)")
    take_picture(page, "slips")
    page.go_back()
    page.get_by_label("Select action to run").select_option(label="Mark as shipped…")
    page.get_by_role("button", name="Run").click()
    take_picture(page, "ship-many")
    page.get_by_label("Note").fill("Van of Monday")
    page.get_by_role("button", name="It has left").click()
    told(page, "2 orders are shipped")
    told(page, f"{placed} (placed)")
    page.goto(shop + reverse("admin:orders_order_change", args=[placed.pk]))
    for name in ("Money came", "Cancel", "Refund…"):
        expect(step(page, name)).to_have_count(0)


def test_on_a_phone_an_order_of_the_list_is_two_lines(page: Page, shop: str, placed: Order) -> None:
    log_in(page, shop, CLERK)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(shop + reverse("admin:orders_order_changelist"))
    row = page.locator("#result_list .data-row")
    for text in (placed.number, placed.name, "Placed", "£13.95"):
        expect(row.get_by_text(text, exact=True)).to_be_visible()
    expect(row.get_by_text(placed.email)).not_to_be_visible()
    box = row.bounding_box()
    assert box is not None
    assert box["height"] < 90  # pixels: two lines of text with their paddings


def test_a_bar_without_save_lies_over_nothing(page: Page, shop: str, placed: Order, delivery: DeliveryMethod) -> None:
    log_in(page, shop, MANAGER)
    bar = page.locator("#submit-row")
    page.goto(shop + reverse("admin:orders_order_change", args=[placed.pk]))
    expect(bar).to_have_css("position", "static")
    page.goto(shop + reverse("admin:orders_deliverymethod_change", args=[delivery.pk]))
    expect(bar).to_have_css("position", "sticky")


def test_a_manager_cannot_take_the_last_way_of_delivery_off(page: Page, shop: str, delivery: DeliveryMethod) -> None:
    DeliveryMethod.objects.exclude(pk=delivery.pk).delete()
    log_in(page, shop, MANAGER)
    page.goto(shop + reverse("admin:orders_deliverymethod_change", args=[delivery.pk]))
    page.locator("[name=is_active]").uncheck()
    page.locator("[name=_save]").click()
    told(page, "This is the only way of delivery on offer")
    take_picture(page, "delivery")
    delivery.refresh_from_db()
    assert delivery.is_active
