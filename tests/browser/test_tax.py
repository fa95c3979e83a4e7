"""The tax of each rate, from the back office to the cart, the review and the order, with scripts and without."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from backoffice.roles import MANAGER
from inventory.models import ProductVariant, TaxClass, TaxRate
from orders.models import Order
from tests.browser.checkout_steps import delivery_methods, fill_address
from tests.browser.conftest import watched
from tests.browser.filling import place
from tests.browser.office import log_in
from tests.browser.steps import add, expect_units, open_product, put_into_cart
from tests.conftest import MakeVariant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def either(request: pytest.FixtureRequest, browser: Browser, shop: str) -> Iterator[Page]:
    """A page of a browser with scripts, and again of one without."""
    context = browser.new_context(java_script_enabled=request.param)
    with watched(context, shop):
        yield context.new_page()
    context.close()


def expect_taxes(page: Page, *rows: str) -> None:
    expect(page.locator(".sums .muted")).to_have_text([*rows])


def test_a_shopper_sees_the_tax_of_each_rate(either: Page, shop: str, make_variant: MakeVariant) -> None:
    """Two units of 10.00 at 20 %, four of 2.50 at 5 %, and delivery for 3.95."""
    page = either
    delivery_methods()
    mug, book = make_variant(price="10.00"), make_variant(price="2.50")
    ProductVariant.objects.filter(pk=book.pk).update(tax_class=TaxClass.objects.create(name="Books", percent=5))
    put_into_cart(page, shop, mug, 2)
    open_product(page, shop, book)
    add(page, 4)
    expect_units(page, 6)
    page.goto(shop + "/cart/")
    taxes = ("Tax included (20 %)£3.77", "Tax included (5 %)£0.54")
    expect_taxes(page, *taxes)
    fill_address(page, shop)
    expect_taxes(page, *taxes)
    place(page)
    expect(page.get_by_role("heading", name="Thank you for your order")).to_be_visible()
    expect_taxes(page, *taxes)
    assert [share.rate for share in Order.objects.get().taxes.all()] == [20, 5]


def test_a_manager_makes_a_class_and_gives_it_to_a_variant(either: Page, shop: str, variant: ProductVariant) -> None:
    page = either
    log_in(page, shop, MANAGER)
    page.goto(shop + "/admin/inventory/taxclass/add/")
    page.get_by_label("Name").fill("Books")
    page.locator("[name=percent]").fill("0")
    page.locator("[name=rates-0-country]").select_option("FR")
    page.locator("[name=rates-0-percent]").fill("5,5")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("FR 5.5")).to_be_visible()
    assert [str(rate.percent) for rate in TaxRate.objects.all()] == ["5.50"]
    page.goto(shop + f"/admin/inventory/productvariant/{variant.pk}/change/")
    page.locator("[name=tax_class]").select_option("Books")
    page.get_by_role("button", name="Save", exact=True).click()
    variant.refresh_from_db()
    assert variant.tax_class == TaxClass.objects.get()
