"""A price reduction from the back office to the shopper's cart, with scripts and without."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from backoffice.roles import MANAGER
from cart.models import CartItem
from inventory.models import ProductVariant, Reduction
from inventory.services.prices import NewPrice
from inventory.services.reductions import announce_reductions
from tests.browser.conftest import watched
from tests.browser.office import choose, log_in
from tests.browser.steps import add, expect_units, open_product

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = "Lowest price in the 30 days before: £2.50"


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def either(request: pytest.FixtureRequest, browser: Browser, shop: str) -> Iterator[Page]:
    """A page of a browser with scripts, and again of one without."""
    context = browser.new_context(java_script_enabled=request.param)
    with watched(context, shop):
        yield context.new_page()
    context.close()


def test_a_shopper_sees_it_and_pays_it(either: Page, shop: str, variant: ProductVariant) -> None:
    page = either
    ProductVariant.objects.filter(pk=variant.pk).update(content="500 g")
    announce_reductions(prices={variant.pk: NewPrice(Decimal("2.50"), Decimal("2.00"))})
    page.goto(shop + "/goods/")
    expect(page.locator(".card .price")).to_have_text(f"£2.00 £4.00 per kg {BEFORE}")
    open_product(page, shop, variant)
    expect(page.locator(".product-text .price")).to_have_text(f"£2.00 £4.00 per kg {BEFORE}")
    assert page.locator(".product-text .price s").inner_text() == "£2.50"
    add(page, 2)
    expect_units(page, 2)
    page.goto(shop + "/cart/")
    expect(page.locator(".line-text")).to_contain_text("£2.00 each · £4.00 per kg")
    expect(page.locator(".line-total")).to_have_text("£4.00")
    assert str(CartItem.objects.get().price) == "2.00"


def test_a_manager_announces_one_and_ends_it(page: Page, shop: str, variant: ProductVariant) -> None:
    log_in(page, shop, MANAGER)
    page.goto(shop + "/admin/inventory/productvariant/")
    choose(page, "Announce a reduction…")
    page.get_by_label("Amount or per cent").fill("20")
    page.get_by_label("Ends").fill("2099-05-01T12:00")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Announce 1 of 1").click()
    expect(page.get_by_text("1 reduction announced.")).to_be_visible()
    reduction = Reduction.objects.get()
    assert (str(reduction.price), reduction.ends_at and reduction.ends_at.year) == ("2.00", 2099)
    page.goto(shop + "/admin/inventory/reduction/")
    expect(page.locator("#result_list").get_by_text("Running")).to_be_visible()
    choose(page, "End now…")
    page.get_by_role("button", name="End", exact=True).click()
    expect(page.locator("#result_list").get_by_text("Over")).to_be_visible()
