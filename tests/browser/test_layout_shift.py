"""Nothing that is on the screen moves while the rest of a page comes: pictures, scripts, the clock of a hold."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from inventory.models import ProductVariant
from tests.browser.looks import a_list, some_run_out
from tests.browser.stage import Stage
from tests.conftest import MakeVariant
from tests.support.pages import MakeUser
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

# Installed before anything of the page is read; what moves because somebody pressed a key does not count.
WATCH = """
window.shifts = [];
const named = ({ node }) => node?.className || node?.nodeName;
const note = (one) => shifts.push(`${one.value.toFixed(4)}: ${one.sources.map(named).join(", ")}`);
new PerformanceObserver((list) => list.getEntries().filter((one) => !one.hadRecentInput).forEach(note))
  .observe({ type: "layout-shift", buffered: true });
"""
TO_THE_END = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += innerHeight / 2) {
    scrollTo(0, y);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


@pytest.fixture
def stage(page: Page, shop: str, settings: Settings, make_variant: MakeVariant, make_user: MakeUser) -> Stage:
    return Stage(page, shop, settings, make_variant, make_user)


def shifts(page: Page, address: str) -> list[str]:
    """What moved while this page was loaded and read to its end."""
    page.goto(address, wait_until="networkidle")
    page.evaluate(TO_THE_END)
    return [f"{address} {page.viewport_size}: {shift}" for shift in page.evaluate("window.shifts")]


def test_the_watch_sees_what_moves(page: Page, shop: str) -> None:
    page.add_init_script(WATCH)
    page.goto(shop)
    page.evaluate("document.querySelector('main').style.paddingTop = '300px'")
    # Not `wait_for_function`, whose second look is an eval() that the page's policy refuses.
    wait_until(lambda: page.evaluate("window.shifts.length > 0"), "the watch has seen it")


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves(stage: Stage, width: int) -> None:
    page = stage.page
    page.set_viewport_size({"width": width, "height": 900})
    a_list(stage)
    some_run_out(stage)
    page.add_init_script(WATCH)
    several = ProductVariant.objects.filter(name="Blue 1").select_related("product").first()
    assert several
    found = []
    for address in ("/", "/c/kitchen/", several.product.get_absolute_url(), "/cart/"):
        found += shifts(page, stage.shop + address)
    expect(page.get_by_role("timer")).to_be_visible()
    assert found == []
