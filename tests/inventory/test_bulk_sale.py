"""Products and variants put on sale or taken off, many at once: asked before, logged, and told who was so already."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from backoffice.roles import MANAGER
from inventory.admin import bulk_sale
from inventory.models import Product, ProductVariant
from tests.conftest import MakeVariant
from tests.support.pages import text_of
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db
CASES = [
    ("product", "hide_chosen", "is_listed", False),
    ("product", "list_chosen", "is_listed", True),
    ("productvariant", "stop_chosen", "is_active", False),
    ("productvariant", "sell_chosen", "is_active", True),
]


@pytest.fixture
def manager() -> Client:
    client = Client()
    client.force_login(member_of(MANAGER, "mary"))
    return client


def rows_of(model: str, make_variant: MakeVariant) -> list[Any]:
    variants = [make_variant() for _ in range(3)]
    return [variant.product for variant in variants] if model == "product" else list(variants)


def send(client: Client, model: str, action: str, rows: list[Any], **more: str) -> str:
    address = reverse(f"admin:inventory_{model}_changelist")
    fields = {"action": action, "_selected_action": [str(row.pk) for row in rows]} | more
    return text_of(client.post(address, fields, follow=True))


@pytest.mark.parametrize(("model", "action", "column", "value"), CASES)
def test_it_asks_then_changes_those_that_differ_and_logs_them(
    manager: Client, make_variant: MakeVariant, model: str, action: str, column: str, value: bool
) -> None:
    table: Any = Product if model == "product" else ProductVariant
    rows = rows_of(model, make_variant)
    table.objects.update(**{column: not value})
    send(manager, model, action, rows[:2])
    assert not table.objects.filter(**{column: value}).exists()
    table.objects.filter(pk=rows[0].pk).update(**{column: value})  # by a colleague, meanwhile
    assert "1 changed. 1 was so already." in send(manager, model, action, rows[:2], reason="-")
    assert list(table.objects.order_by("pk").values_list(column, flat=True)) == [value, value, not value]
    assert [entry.object_id for entry in LogEntry.objects.all()] == [str(rows[1].pk)]
    assert "All of them are so already" in send(manager, model, action, rows[:2], reason="-")
    assert LogEntry.objects.count() == 1


def test_too_many_are_refused(manager: Client, make_variant: MakeVariant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_sale, "MOST", 2)
    rows = rows_of("product", make_variant)
    assert "choose at most 2" in send(manager, "product", "hide_chosen", rows, reason="-")
    assert not Product.objects.filter(is_listed=False).exists()
