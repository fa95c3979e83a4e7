"""A manager imports a count of the shelf in a browser, with scripts and without, while a real worker does it."""

import os
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect
from pytest_celery import CeleryTestWorker

from backoffice.roles import MANAGER, ensure_roles
from inventory.models import ProductVariant
from tests.conftest import MakeVariant
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def variants(make_variant: MakeVariant) -> list[ProductVariant]:
    return [make_variant(10) for _ in range(3)]


@pytest.fixture
def manager(transactional_db: None) -> User:
    ensure_roles()
    return member_of(MANAGER, password="a long password")


def log_in(page: Page, shop: str) -> None:
    page.goto(f"{shop}/admin/login/?next=/admin/inventory/importjob/")
    page.get_by_label("E-mail address or user name").fill("manager")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Log in").click()


def upload(page: Page, shop: str, text: str) -> None:
    page.goto(f"{shop}/admin/inventory/importjob/add/")
    page.locator("input[type=file]").set_input_files(
        {"name": "count.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Upload and check").click()


def take_picture(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def import_a_count(page: Page, shop: str, variants: list[ProductVariant], pictures: str) -> None:
    log_in(page, shop)
    page.goto(f"{shop}/admin/inventory/importjob/add/")
    take_picture(page, f"upload{pictures}")
    upload(page, shop, "sku,counted,reason\nNONE,1,Counted\n" + f"{variants[0].sku},x,Counted\n")
    expect(page.get_by_text("There is no variant with this SKU")).to_be_visible(timeout=60_000)
    take_picture(page, f"refused{pictures}")
    rows = "".join(f"{variant.sku},{7 + place},Yearly count\n" for place, variant in enumerate(variants))
    upload(page, shop, f"sku,counted,reason\n{rows}")
    button = page.get_by_role("button", name="Apply all 3 differences")
    expect(button).to_be_visible(timeout=60_000)
    take_picture(page, f"preview{pictures}")
    button.click()
    expect(page.get_by_text("3 stock movements: 0 units added, 6 taken.")).to_be_visible(timeout=60_000)
    take_picture(page, f"applied{pictures}")
    page.goto(f"{shop}/admin/inventory/importjob/")
    expect(page.get_by_role("link", name="count.csv").first).to_be_visible()
    take_picture(page, f"list{pictures}")


def test_a_count_is_imported(
    page: Page, shop: str, manager: User, variants: list[ProductVariant], celery_worker: CeleryTestWorker
) -> None:
    import_a_count(page, shop, variants, "")
    assert sorted(ProductVariant.objects.values_list("stock_quantity", flat=True)) == [7, 8, 9]


def test_a_count_is_imported_without_scripts_on_a_phone(
    browser: Browser, shop: str, manager: User, variants: list[ProductVariant], celery_worker: CeleryTestWorker
) -> None:
    """The same pages find out by reloading themselves."""
    with browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        import_a_count(page, shop, variants, "-phone")
    assert sorted(ProductVariant.objects.values_list("stock_quantity", flat=True)) == [7, 8, 9]
