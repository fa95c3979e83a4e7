"""Minus and plus in the cart, pressed while the shop has not yet answered an earlier press."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from inventory.models import ProductVariant
from tests.browser.steps import expect_units, is_same_page, mark, put_into_cart
from tests.support.shopping import stock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def held_back(page: Page, shop: str, variant: ProductVariant) -> Iterator[list[Route]]:
    """The cart with 2 units, and the requests that change them, which wait to be let through."""
    put_into_cart(page, shop, variant, 2)
    requests: list[Route] = []
    page.route("**/cart/lines/*/", lambda route: requests.append(route))
    page.goto(shop + "/cart/")
    mark(page)
    yield requests
    page.unroute_all(behavior="ignoreErrors")


@pytest.mark.parametrize("presses", [["One more"], ["One more", "One more"], ["One less", "One less"]])
@pytest.mark.parametrize("is_late", [False, True], ids=["answered at once", "answered late"])
def test_a_press_while_a_request_runs_is_kept_and_sent(
    page: Page, variant: ProductVariant, held_back: list[Route], presses: list[str], is_late: bool
) -> None:
    """The answer has the 3 units of the request. Late: after the time at which these presses are sent themselves."""
    page.clock.install()
    page.get_by_role("button", name="One more", exact=True).click()
    with page.expect_request("**/cart/lines/*/"):
        page.clock.run_for(500)
    for name in presses:
        page.get_by_role("button", name=name, exact=True).click()
    wanted = 3 + sum({"One more": 1, "One less": -1}[name] for name in presses)
    expect(page.get_by_label("Quantity of")).to_have_value(str(wanted))
    if is_late:
        page.clock.run_for(500)
    with page.expect_response("**/cart/lines/*/"):
        held_back[0].continue_()
    expect_units(page, 3)
    expect(page.get_by_label("Quantity of")).to_have_value(str(wanted))
    page.unroute_all()
    page.clock.run_for(500)
    expect_units(page, wanted)
    assert (is_same_page(page), stock(variant)) == (True, (10 - wanted, wanted))
