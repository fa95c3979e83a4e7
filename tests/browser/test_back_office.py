"""Each job of the back office in a browser, as the role that does it; and what a role may not do, refused."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from playwright.sync_api import FilePayload, Page, expect

from backoffice.roles import CLERK, MANAGER
from cart.owners import Owner
from inventory.imports.applying import advance_import
from inventory.imports.models import ImportJob
from inventory.models import LowStockAlert, Product, ProductVariant, StockMovement
from inventory.services import move_stock
from outbox.models import OutboxRow
from tests.browser.office import choose, fill_movement, give_reason, log_in, shown, told
from tests.support.shopping import held, hold, stock

pytestmark = pytest.mark.django_db(transaction=True)


def stock_page(shop: str, variant: ProductVariant) -> str:
    return shop + reverse("admin:inventory_productvariant_stock", args=[variant.pk])


def listed(shop: str, name: str) -> str:
    return shop + reverse(f"admin:{name}_changelist")


def test_a_manager_creates_a_product_with_a_variant_and_changes_its_price(page: Page, shop: str) -> None:
    log_in(page, shop, MANAGER)
    page.goto(shop + reverse("admin:inventory_product_add"))
    page.locator("[name=number]").fill("99001")
    page.locator("[name=name]").fill("Paper Parasol")
    page.locator("[name=slug]").fill("paper-parasol")
    page.get_by_text("Add another").first.click()
    page.locator("[name=variants-0-sku]").fill("99001A")
    page.locator("[name=variants-0-name]").fill("Pink")
    page.locator("[name=variants-0-price]").fill("4.50")
    page.locator("[name=_save]").click()
    told(page, "was added successfully")
    variant = ProductVariant.objects.get(sku="99001A")
    page.goto(shop + reverse("admin:inventory_productvariant_change", args=[variant.pk]))
    page.locator("[name=price]").fill("3,95")
    page.locator("[name=_save]").click()
    told(page, "was changed successfully")
    change = variant.price_changes.get()
    assert (str(change.old_price), str(change.new_price), str(change.actor)) == ("4.50", "3.95", "manager")


def test_a_clerk_may_look_at_goods_and_not_change_them(page: Page, shop: str, variant: ProductVariant) -> None:
    log_in(page, shop, CLERK)
    page.goto(shop + reverse("admin:inventory_product_change", args=[variant.product_id]))
    expect(page.locator("[name=_save]")).to_have_count(0)
    answer = page.goto(shop + reverse("admin:inventory_product_add"))
    assert answer
    assert answer.status == 403
    assert Product.objects.count() == 1


def test_a_clerk_receives_stock(page: Page, shop: str, variant: ProductVariant) -> None:
    log_in(page, shop, CLERK)
    page.goto(stock_page(shop, variant))
    fill_movement(page, "Goods came in", 24, "Delivery note 1234")
    told(page, "10 → 34 on hand")
    expect(shown(page, "on-hand")).to_have_text("34")
    movement = StockMovement.objects.latest("pk")
    assert (movement.delta, movement.balance_after, str(movement.actor)) == (24, 34, "clerk")


def test_an_adjustment_is_refused_where_the_number_changed_meanwhile(
    page: Page, shop: str, variant: ProductVariant
) -> None:
    log_in(page, shop, CLERK)
    page.goto(stock_page(shop, variant))
    move_stock(variant_id=variant.pk, delta=5, kind=StockMovement.Kind.RECEIPT, reason="A colleague")
    fill_movement(page, "The shelf was counted", 8, "Stocktake")
    told(page, "15")
    assert stock(variant) == (15, 0)
    expect(shown(page, "on-hand")).to_have_text("15")


def test_a_clerk_releases_a_hold(page: Page, shop: str, variant: ProductVariant, guest: Owner) -> None:
    line = held(guest, variant, 4)
    log_in(page, shop, CLERK)
    page.get_by_role("link", name="Holds").click()
    choose(page, "Release holds…")
    told(page, "The units go back to the shelf at once")
    give_reason(page, "Kept by a bot", "Release")
    told(page, "Release holds: 1 done.")
    assert (hold(line), stock(variant)) == ((4, 0), (10, 0))
    assert LogEntry.objects.get().get_change_message() == "Hold released: Kept by a bot"


def test_a_clerk_acknowledges_an_alert(page: Page, shop: str, variant: ProductVariant) -> None:
    LowStockAlert.objects.create(variant=variant, level=LowStockAlert.Level.LOW, stock_when_opened=2)
    log_in(page, shop, CLERK)
    page.get_by_role("link", name="Alerts").click()
    choose(page, "Acknowledge")
    told(page, "1 alert is acknowledged.")


def test_a_manager_retries_and_discards_dead_effects(page: Page, shop: str) -> None:
    rows = [OutboxRow.objects.create(effect="check_low_stock", key=str(key), is_dead=True) for key in (1, 2)]
    log_in(page, shop, MANAGER)
    page.goto(listed(shop, "outbox_outboxrow"))
    choose(page, "Discard dead ones…")
    give_reason(page, "Of a variant that is gone", "Discard")
    told(page, "1 dead effect is discarded.")
    choose(page, "Try dead ones again")
    told(page, "1 dead effect is to be tried again within seconds.")
    assert OutboxRow.objects.filter(pk__in=[row.pk for row in rows]).values_list("is_dead", flat=True)[0] is False


def test_a_clerk_decides_about_no_effect(page: Page, shop: str) -> None:
    OutboxRow.objects.create(effect="check_low_stock", key="1", is_dead=True)
    log_in(page, shop, CLERK)
    page.goto(listed(shop, "outbox_outboxrow"))
    page.locator("#result_list .action-select").first.check()
    offered = page.get_by_label("Select action to run").inner_text()
    assert "Export" in offered
    assert "dead ones" not in offered


def test_a_manager_imports_a_count_after_looking_at_what_it_would_do(
    page: Page, shop: str, variant: ProductVariant
) -> None:
    log_in(page, shop, MANAGER)
    page.goto(shop + reverse("admin:inventory_importjob_add"))
    text = f"sku,reason,counted\n{variant.sku},Stocktake,7\n"
    page.locator("[name=kind][value=adjustments], select[name=kind]").first.evaluate("field => field.click()")
    page.locator("[name=file]").set_input_files(
        FilePayload(name="count.csv", mimeType="text/csv", buffer=text.encode())
    )
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("heading", name="count.csv").first).to_be_visible()
    job = ImportJob.objects.get()
    advance_import(job_id=job.pk)
    page.reload()
    told(page, "1 difference")
    assert stock(variant) == (10, 0)
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("Being applied").first).to_be_visible()
    advance_import(job_id=job.pk)
    page.reload()
    told(page, "Applied")
    assert stock(variant) == (7, 0)
