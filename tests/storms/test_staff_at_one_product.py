"""Two members of staff save a product and its variant at the same moment. Each save writes the product."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from inventory.models import ProductVariant
from tests.storms.harness import Actor, cast
from tests.storms.staff_actors import products_are_not_locked, rename_by_import, save_page
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

Deadlocks = Callable[[], int]


@pytest.fixture
def staff(transactional_db: None) -> User:
    return User.objects.create_superuser("anna")


def variant_fields(variant: ProductVariant, name: str) -> dict[str, str]:
    price = f"{variant.price}"
    fields = {"sku": variant.sku, "name": name, "price": price, "initial-price": price, "low_stock_threshold": "0"}
    return fields | {"is_active": "on"}


def variant_page(variant: ProductVariant) -> dict[str, str]:
    rows = {"price_changes-TOTAL_FORMS": "0", "price_changes-INITIAL_FORMS": "0"}
    return variant_fields(variant, "Renamed alone") | rows | {"product": str(variant.product_id)}


def product_page(variant: ProductVariant) -> dict[str, str]:
    """The product and its one variant, both with new names."""
    product = variant.product
    fields = {"number": product.number, "name": "Renamed", "slug": product.slug, "category": "", "is_listed": "on"}
    row = variant_fields(variant, "Renamed with it") | {"id": str(variant.pk), "product": str(product.pk)}
    row = {f"variants-0-{name}": value for name, value in row.items()}
    row["initial-variants-0-price"] = row.pop("variants-0-initial-price")
    return fields | row | {"variants-TOTAL_FORMS": "1", "variants-INITIAL_FORMS": "1"}


def pages(staff: User, variant: ProductVariant, *, without: Callable[[], None] | None = None) -> list[Actor]:
    """The save of the product's page pauses where the product is saved and its variant is not."""
    whole = (staff.pk, "product", variant.product_id, product_page(variant))
    alone = (staff.pk, "productvariant", variant.pk, variant_page(variant))
    pause = "inventory.admin.catalog.save_product"
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
    assert (variant.product.name, variant.name) == ("Renamed", "Renamed alone")
    assert deadlocks() == 0


def test_an_import_locks_the_products_of_variants_that_it_renames(staff: User, variant: ProductVariant) -> None:
    renaming = (variant.sku, variant.name, "Renamed by a file")
    importing = Actor(rename_by_import, renaming, pause_after="inventory.imports.catalogue.lock_variants")
    alone = Actor(save_page, (staff.pk, "productvariant", variant.pk, variant_page(variant)))
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
