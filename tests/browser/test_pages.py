"""What the owner writes in the back office, and what shoppers see of it; header and messages stay out of the way."""

from collections.abc import Iterator

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from backoffice.roles import MANAGER
from delivery.deliver import deliver
from pages.models import FrontPage
from pages.models import Page as OwnersPage
from pages.selectors import read_shown, remember
from tests.browser.conftest import watched
from tests.browser.office import log_in, told
from tests.browser.stage import Stage
from tests.browser.steps import expect_units
from tests.browser.test_every_page import stage as stage
from tests.inventory.test_photos import file

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_page_is_written_looked_at_published_and_read(page: Page, shop: str) -> None:
    OwnersPage.objects.all().delete()
    OwnersPage.objects.create(slug="returns", title="Returns", text="Within [[14 days]].")
    log_in(page, shop, MANAGER)
    page.goto(shop + reverse("admin:pages_page_changelist"))
    page.get_by_role("link", name="Returns").click()
    page.locator("[name=text]").fill("Within **30 days**.")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Preview in a new tab").click()
    preview = opened.value
    expect(preview.locator("strong")).to_have_text("30 days")
    expect(preview.get_by_text("nothing is saved")).to_be_visible()
    assert OwnersPage.objects.get(slug="returns").text == "Within [[14 days]]."
    preview.close()
    page.locator("[name=is_published]").check(force=True)
    page.locator("[name=_save]").click()
    told(page, "Shoppers see the change within 5 seconds.")
    remember(read_shown())
    page.goto(shop)
    page.get_by_role("contentinfo").get_by_role("link", name="Returns").click()
    expect(page.get_by_role("main").locator("strong")).to_have_text("30 days")


def test_the_front_page_gets_a_photograph_and_words(page: Page, shop: str) -> None:
    FrontPage.objects.get_or_create(id=1)
    log_in(page, shop, MANAGER)
    page.goto(shop + reverse("admin:pages_frontpage_change", args=[1]))
    page.locator("[name=headline]").fill("Christmas is near")
    photo = {"name": "table.jpg", "mimeType": "image/jpeg", "buffer": file()}
    page.locator("[name=photograph]").set_input_files(photo)  # type: ignore[arg-type]
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Preview in a new tab").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Christmas is near")
    assert opened.value.locator(".hero-picture").evaluate(
        "picture => picture.decode().then(() => picture.naturalWidth)"
    )
    opened.value.close()
    page.locator("[name=_save]").click()
    told(page, "was changed successfully")
    remember(read_shown())
    page.goto(shop)
    expect(page.get_by_role("heading", level=1)).to_have_text("Christmas is near")
    expect(page.locator(".hero-picture")).to_have_attribute("src", f"/photos/{FrontPage.objects.get().photo}-page.webp")


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def either(request: pytest.FixtureRequest, browser: Browser, shop: str) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=request.param)
    with watched(context, shop):
        yield context.new_page()
    context.close()


def test_a_visitor_writes_to_the_shop(either: Page, shop: str) -> None:
    OwnersPage.objects.all().delete()
    OwnersPage.objects.create(slug="contact", title="Contact", text="Write to us.", is_published=True)
    either.goto(shop + "/pages/contact/")
    expect(either.get_by_label("Leave this empty")).not_to_be_in_viewport()
    either.get_by_label("Your name").fill("Ada Lovelace")
    either.get_by_label("Your e-mail address").fill("ada@example.com")
    either.get_by_label("Your message").fill("Where is my order?")
    either.get_by_role("button", name="Send the message").click()
    expect(either.get_by_text("Your message is on its way to us. We answer to ada@example.com.")).to_be_visible()
    deliver("email")
    (message,) = mail.outbox
    assert (message.reply_to, "Where is my order?" in message.body) == (["ada@example.com"], True)


# --- What stays in sight, and what it lies on


def box(part: Locator) -> FloatRect:
    found = part.bounding_box()
    assert found
    return found


def overlap(one: FloatRect, other: FloatRect) -> bool:
    is_beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
    return not (is_beside or one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"])


def long_list(stage: Stage, width: int, height: int) -> None:
    for _ in range(12):
        stage.product()
    stage.page.set_viewport_size({"width": width, "height": height})
    stage.go("/goods/")


def scroll_down(page: Page) -> None:
    page.evaluate("scrollTo({ top: 900, behavior: 'instant' })")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800)])
def test_the_cart_is_in_reach_further_down(stage: Stage, width: int, height: int) -> None:
    long_list(stage, width, height)
    scroll_down(stage.page)
    expect(stage.page.locator("#mini-cart")).to_be_in_viewport(ratio=1)
    assert box(stage.page.locator(".site-header"))["height"] < height / 6


@pytest.mark.parametrize(("width", "height", "text"), [(390, 844, "200%"), (844, 390, "100%"), (1280, 800, "300%")])
def test_but_takes_no_window_that_is_small_for_it(stage: Stage, width: int, height: int, text: str) -> None:
    long_list(stage, width, height)
    stage.page.evaluate(f"document.documentElement.style.fontSize = '{text}'")
    scroll_down(stage.page)
    expect(stage.page.locator(".site-header")).not_to_be_in_viewport()


def test_the_card_that_an_address_names_is_not_under_the_header(stage: Stage) -> None:
    """As after an add without scripts."""
    long_list(stage, 390, 844)
    names = [card.get_attribute("id") for card in stage.page.locator(".card").all()]
    stage.go(f"/goods/#{names[6]}")
    scrolled = stage.page.locator(f"#{names[6]}")
    expect(scrolled).to_be_in_viewport()
    assert not overlap(box(scrolled), box(stage.page.locator(".site-header")))


@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_said_after_an_add_hides_neither_header_nor_filters(stage: Stage, width: int) -> None:
    long_list(stage, width, 800)
    stage.press("Add to cart")
    expect_units(stage.page, 1)
    said = box(stage.page.locator(".message.floating"))
    assert said["y"] + said["height"] <= 800
    for part in (".site-header", ".filters summary", ".card button >> nth=0"):
        assert not overlap(said, box(stage.page.locator(part)))
    stage.page.get_by_role("button", name="Close").click()
    expect(stage.page.locator(".message.floating")).to_have_count(0)
