"""Prices of many variants at once: shown before they are written, all of them or none."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.roles import CLERK, MANAGER
from inventory.admin import bulk_prices
from inventory.models import PriceChange, ProductVariant
from tests.conftest import MakeVariant
from tests.support.pages import text_of
from tests.support.shopping import nothing_changes
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db
LIST = "admin:inventory_productvariant_changelist"


@pytest.fixture
def manager() -> Client:
    client = Client()
    client.force_login(member_of(MANAGER, "mary"))
    return client


@pytest.fixture
def variants(make_variant: MakeVariant) -> list[ProductVariant]:
    return [make_variant(price=price) for price in ("1.00", "2.49", "0.83")]


def send(client: Client, variants: list[ProductVariant], **typed: str) -> Any:
    fields = {"action": "change_prices", "_selected_action": [str(variant.pk) for variant in variants]}
    return client.post(reverse(LIST), fields | typed)


def prices(variants: list[ProductVariant]) -> list[Decimal]:
    return [ProductVariant.objects.get(pk=variant.pk).price for variant in variants]


@pytest.mark.parametrize(
    ("how", "amount", "step", "after"),
    [
        ("up", "10", "0.01", ["1.10", "2.74", "0.91"]),
        ("up", "10", "0.05", ["1.10", "2.75", "0.90"]),
        ("down", "10", "0.10", ["0.90", "2.20", "0.70"]),
        ("up", "2,5", "0.01", ["1.03", "2.55", "0.85"]),
        ("set", "3,33", "1.00", ["3.33", "3.33", "3.33"]),
    ],
)
def test_the_preview_is_what_is_written(
    manager: Client, variants: list[ProductVariant], how: str, amount: str, step: str, after: list[str]
) -> None:
    typed = {"how": how, "amount": amount, "step": step}
    assert "Change prices" in text_of(send(manager, variants))
    with nothing_changes():
        preview = send(manager, variants, **typed)
    assert [str(row.after) for row in preview.context["preview"]] == after
    assert not PriceChange.objects.exists()
    assert send(manager, variants, **typed, seen=preview.context["seen"]).status_code == 302
    assert [str(price) for price in prices(variants)] == after
    changes = PriceChange.objects.order_by("variant__sku")
    assert [str(change.new_price) for change in changes] == after
    assert {(change.cause, str(change.actor)) for change in changes} == {("bulk edit", "mary")}


def test_one_stale_row_refuses_all_and_shows_the_new_preview(manager: Client, variants: list[ProductVariant]) -> None:
    typed = {"how": "up", "amount": "10", "step": "0.01"}
    seen = send(manager, variants, **typed).context["seen"]
    ProductVariant.objects.filter(pk=variants[1].pk).update(price="5.00")
    answer = send(manager, variants, **typed, seen=seen)
    assert f"Meanwhile the price of {variants[1].sku} was changed" in text_of(answer)
    assert [str(price) for price in prices(variants)] == ["1.00", "5.00", "0.83"]
    assert not PriceChange.objects.exists()
    assert [str(row.after) for row in answer.context["preview"]] == ["1.10", "5.50", "0.91"]


def test_a_price_that_the_column_cannot_hold_refuses_all(manager: Client, variants: list[ProductVariant]) -> None:
    typed = {"how": "up", "amount": "99999999", "step": "0.01"}
    ProductVariant.objects.filter(pk=variants[2].pk).update(price="99999999.00")
    seen = send(manager, variants, **typed).context["seen"]
    assert send(manager, variants, **typed, seen=seen).status_code == 422
    assert not PriceChange.objects.exists()


@pytest.mark.parametrize(
    "typed", [{"amount": "-1"}, {"amount": "lots"}, {"amount": ""}, {"step": "0.07"}, {"how": "x"}, {"seen": "1:x"}]
)
def test_bad_input_changes_nothing(manager: Client, variants: list[ProductVariant], typed: dict[str, str]) -> None:
    answer = send(manager, variants, **{"how": "up", "amount": "10", "step": "0.01"} | typed)
    assert answer.status_code == 422
    assert prices(variants) == [variant.price for variant in variants]


def test_no_price_falls_below_nothing(manager: Client, variants: list[ProductVariant]) -> None:
    answer = send(manager, variants, how="down", amount="101", step="0.01")
    assert "No price falls by more than 100 per cent" in text_of(answer)


def test_what_is_unusual_is_said(manager: Client, variants: list[ProductVariant]) -> None:
    assert "4.0 times as much" in text_of(send(manager, variants, how="up", amount="300", step="0.01"))


def test_too_many_are_refused(manager: Client, variants: list[ProductVariant], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_prices, "MOST", 2)
    assert send(manager, variants).status_code == 302
    answer = manager.get(reverse(LIST))
    assert "At most 2 variants at once: nothing was changed" in text_of(answer)


def test_clerks_change_none(variants: list[ProductVariant]) -> None:
    clerk = Client()
    clerk.force_login(member_of(CLERK, "anna"))
    send(clerk, variants, how="up", amount="10", step="0.01", seen=f"{variants[0].pk}:1.00")
    assert prices(variants) == [variant.price for variant in variants]
