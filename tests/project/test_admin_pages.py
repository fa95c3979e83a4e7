"""What the admin shows and refuses, of whatever app. That each list opens: `tests/backoffice/test_many_rows.py`."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from backoffice.roles import CLERK, MANAGER
from cart.audit import run_audit
from cart.models import Cart, CartItem, StockAudit
from inventory.models import ProductVariant
from outbox.models import OutboxRow
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("staff"))
    return client


@pytest.mark.parametrize("model", [Cart, CartItem, OutboxRow], ids=lambda model: model._meta.label)
def test_what_services_write_is_not_added_by_hand(staff: Client, model: type) -> None:
    answer = staff.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add"))  # type: ignore[attr-defined]
    assert answer.status_code == 403


def test_a_posted_stock_number_is_ignored(staff: Client, variant: ProductVariant) -> None:
    form = {
        "product": variant.product_id,
        "sku": variant.sku,
        "name": "Blue",
        "initial-name": variant.name,
        "price": variant.price,
        "low_stock_threshold": variant.low_stock_threshold,
        "is_active": "on",
        "stock_quantity": 999,
        "reserved_quantity": 999,
        "price_changes-TOTAL_FORMS": 0,
        "price_changes-INITIAL_FORMS": 0,
    }
    answer = staff.post(reverse("admin:inventory_productvariant_change", args=[variant.pk]), form)
    assert answer.status_code == 302
    now = ProductVariant.objects.get()
    assert (now.name, now.stock_quantity, now.reserved_quantity) == ("Blue", 10, 0)


@pytest.mark.parametrize("role", [CLERK, MANAGER])
def test_flower_is_linked_for_superusers_alone(client: Client, settings: object, role: str) -> None:
    client.force_login(member_of(role))
    for address in (
        "admin:index",
        "admin:outbox_scheduledstart_changelist",
        "admin:inventory_productvariant_changelist",
    ):
        assert settings.FLOWER_URL not in client.get(reverse(address)).content.decode()  # type: ignore[attr-defined]


def test_the_admin_links_to_flower(staff: Client, settings: object) -> None:
    assert settings.FLOWER_URL in staff.get(reverse("admin:index")).content.decode()  # type: ignore[attr-defined]


def test_the_first_page_shows_what_is_wrong_behind_the_pages(staff: Client) -> None:
    OutboxRow.objects.create(effect="check_low_stock", key="1", is_dead=True)
    page = staff.get(reverse("admin:index")).content.decode()
    assert "1 effect is dead" in page
    assert "No sign of life of beat" in page


def test_the_result_of_each_audit_is_there_to_see(staff: Client) -> None:
    run_audit()
    audit = StockAudit.objects.get()
    answer = staff.get(reverse("admin:cart_stockaudit_change", args=[audit.pk]))
    assert answer.status_code == 200
