"""Two members of staff save a product and its variant at the same moment. Each save writes the product."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from inventory.models import ProductVariant
from tests.storms.harness import Actor, cast
from tests.storms.staff_actors import products_are_not_locked, rename_by_import, save_page
from tests.support.admin_pages import as_shown, filled_in
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

Deadlocks = Callable[[], int]


@pytest.fixture
def staff(transactional_db: None) -> User:
    return User.objects.create_superuser("anna")


def variant_fields(variant: ProductVariant) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "sku": variant.sku,
        "name": variant.name,
        "price": variant.price,
        "low_stock_threshold": 0,
    }
    return fields | {"is_active": "on"}


def variant_page(variant: ProductVariant, **changes: object) -> dict[str, Any]:
    """The page of a variant with these changes."""
    fields = variant_fields(variant) | {"product": variant.product_id}
    rows = {"price_changes-TOTAL_FORMS": "0", "price_changes-INITIAL_FORMS": "0"}
    return fields | as_shown(fields) | rows | changes


def product_page(staff: User, variant: ProductVariant) -> dict[str, Any]:
    """The product with a new name, and its one variant with another threshold."""
    client = Client()
    client.force_login(staff)
    page = client.get(reverse("admin:inventory_product_change", args=[variant.product_id]))
    return filled_in(page) | {"name": "Renamed", "variants-0-low_stock_threshold": 3}


def pages(staff: User, variant: ProductVariant, *, without: Callable[[], None] | None = None) -> list[Actor]:
    """The save of the product's page pauses where the product is locked and its variant is not."""
    whole = (staff.pk, "product", variant.product_id, product_page(staff, variant))
    alone = (staff.pk, "productvariant", variant.pk, variant_page(variant, name="Renamed alone"))
    pause = "core.admin.seen.lock_rows"
    return [Actor(save_page, whole, without=without, pause_after=pause), Actor(save_page, alone, without=without)]


def test_the_second_waits_and_both_are_saved(staff: User, variant: ProductVariant, deadlocks: Deadlocks) -> None:
    with cast(*pages(staff, variant)) as (one, other):
        one.start()
        one.wait_paused()
        other.start()
        assert other.wait_settled() is True
        one.resume()
        assert (one.result(), other.result()) == (302, 302)
    variant.refresh_from_db()
    assert (variant.product.name, variant.name, variant.low_stock_threshold) == ("Renamed", "Renamed alone", 3)
    assert deadlocks() == 0


def test_an_import_locks_the_products_of_variants_that_it_renames(staff: User, variant: ProductVariant) -> None:
    renaming = (variant.sku, variant.name, "Renamed by a file")
    importing = Actor(rename_by_import, renaming, pause_after="inventory.imports.catalogue_changes.lock_variants")
    alone = Actor(save_page, (staff.pk, "productvariant", variant.pk, variant_page(variant, low_stock_threshold=3)))
    with cast(importing, alone) as (one, other):
        one.start()
        one.wait_paused()
        other.start()
        assert other.wait_settled() is True
        one.resume()
        assert "1 name changed" in one.result()
        assert other.result() == 302


def test_control_without_the_lock_of_the_product_they_meet_head_on(
    staff: User, variant: ProductVariant, deadlocks: Deadlocks
) -> None:
    with cast(*pages(staff, variant, without=products_are_not_locked)) as (one, other):
        one.start()
        one.wait_paused()
        other.start()
        other.wait_settled()
        one.resume()
        assert {one.result(), other.result()} == {302, 503}
    wait_until(lambda: deadlocks() == 1, "the deadlock is counted")
