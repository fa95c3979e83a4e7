"""The photographs of a product: staff put them in and in order, and shoppers open them large."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, FilePayload, Page, expect
from pytest_django import Settings

from backoffice.roles import MANAGER
from inventory.models import Product, ProductVariant
from tests.browser.conftest import watched
from tests.browser.office import log_in, told
from tests.browser.steps import is_same_page, mark, open_product
from tests.inventory.test_photos import file

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def files(*widths: int) -> Sequence[FilePayload]:
    return [{"name": f"{width}.jpg", "mimeType": "image/jpeg", "buffer": file(size=(width, 300))} for width in widths]


@pytest.fixture
def names(page: Page, shop: str, variant: ProductVariant) -> list[str]:
    """A manager puts two photographs into the page of the product. Returns their names."""
    log_in(page, shop, MANAGER)
    page.goto(shop + reverse("admin:inventory_product_change", args=[variant.product_id]))
    page.locator("[name=photographs]").set_input_files(files(400, 500))
    page.locator("[name=_save]").click()
    told(page, "was changed successfully")
    return list(variant.product.photos.values_list("name", flat=True))


def test_staff_say_what_they_show_change_their_order_and_take_one_away(
    page: Page, shop: str, variant: ProductVariant, names: list[str]
) -> None:
    address = shop + reverse("admin:inventory_product_change", args=[variant.product_id])
    page.goto(address)
    page.locator("[name=photos-0-alt]").fill("The mug from above")
    page.locator("[name=photos-1-place]").evaluate("field => { field.value = '0' }")  # as the drag does
    page.locator("[name=_save]").click()
    told(page, "was changed successfully")
    assert list(variant.product.photos.values_list("name", flat=True)) == names[::-1]
    page.goto(address)
    page.locator("#photos-data td.delete label").first.click()
    page.locator("[name=_save]").click()
    told(page, "was changed successfully")
    photo = variant.product.photos.get()
    assert (photo.name, photo.alt) == (names[0], "The mug from above")
    assert Product.objects.get().photo == names[0]


def test_a_photograph_opens_large_turns_and_closes(
    page: Page, shop: str, variant: ProductVariant, names: list[str]
) -> None:
    open_product(page, shop, variant)
    mark(page)
    shots, large = page.locator("a.shot"), page.get_by_role("dialog").locator("img")
    first, second = (f"{shop}/photos/{name}-page.webp" for name in names)
    shots.first.press("Enter")
    expect(large).to_have_attribute("src", first)
    assert large.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 400
    page.get_by_role("button", name="The one before").click()
    expect(large).to_have_attribute("src", second)
    page.get_by_role("button", name="The next one").click()
    expect(large).to_have_attribute("src", first)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(shots.first).to_be_focused()
    shots.last.click()
    expect(large).to_have_attribute("src", second)
    page.mouse.click(5, 5)  # beside the picture
    expect(page.get_by_role("dialog")).to_have_count(0)
    shots.last.click()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert is_same_page(page)


def test_a_single_photograph_has_nothing_to_turn_to(
    page: Page, shop: str, variant: ProductVariant, names: list[str]
) -> None:
    variant.product.photos.filter(name=names[1]).delete()
    open_product(page, shop, variant)
    page.locator("a.shot").click()
    expect(page.get_by_role("button", name="Close", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="The next one")).to_be_hidden()


def test_without_a_script_the_link_leads_to_the_file(
    browser: Browser, shop: str, variant: ProductVariant, names: list[str]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    with watched(context, shop):
        page = context.new_page()
        open_product(page, shop, variant)
        page.locator("a.shot").last.click()
        expect(page).to_have_url(f"{shop}/photos/{names[1]}-page.webp")
    context.close()
