"""Nothing that is on the screen moves while the rest of a page comes: pictures, scripts, the clock of a hold."""

import threading

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from inventory.models import ProductVariant
from tests.browser.looks import a_list, some_run_out
from tests.browser.stage import Stage
from tests.conftest import MakeVariant
from tests.support.local_server import LocalServer, OwnedHandler
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
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
TO_THE_END = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += innerHeight / 2) {
    scrollTo(0, y);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


class InPieces(LocalServer):
    """Serves `page` as a slow line brings it: it waits before each <summary> for `painted`. Files are the shop's."""

    def __init__(self, shop: str, page: str) -> None:
        super().__init__(_Handler)
        self.shop, self.page, self.painted = shop, page, threading.Semaphore(0)


class _Handler(OwnedHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/static/"):
            self.send_response(302)
            self.send_header("Location", self.owner.shop + self.path)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        first, *others = self.owner.page.split("<summary")
        self.wfile.write(first.encode())
        for piece in others:
            self.owner.painted.acquire()
            self.wfile.write(f"<summary{piece}".encode())


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


@pytest.mark.parametrize("address", ["/c/kitchen/", "/cart/"])
def test_nothing_moves_where_a_fold_comes_before_its_heading(stage: Stage, browser: Browser, address: str) -> None:
    a_list(stage)
    stage.fill_cart(1)
    text = stage.page.request.get(stage.shop + address).text()
    page = browser.new_page(viewport={"width": 390, "height": 900})  # its own: its files are another server's
    page.add_init_script(WATCH)
    with InPieces(stage.shop, text) as server:
        page.goto(server.url, wait_until="commit")
        for fold in range(text.count("<summary")):
            page.locator("details").nth(fold).wait_for(state="attached")
            page.evaluate(TWO_FRAMES)
            server.painted.release()
        page.wait_for_load_state("networkidle")
        page.evaluate(TWO_FRAMES)
        assert page.evaluate("document.styleSheets.length") > 1
        assert page.evaluate("window.shifts") == []
