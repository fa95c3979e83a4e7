"""Reductions in the back office: announced for chosen variants after a preview, ended, moved and deleted."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.roles import CLERK, MANAGER
from core.text import date_and_time
from core.transactions import clock
from inventory.models import ProductVariant, Reduction
from inventory.services.prices import NewPrice
from inventory.services.reductions import announce_reductions
from tests.conftest import MakeVariant
from tests.support.pages import text_of
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db
VARIANTS, LIST = "admin:inventory_productvariant_changelist", "admin:inventory_reduction_changelist"
TYPED = {"how": "down", "amount": "20", "step": "0.01"}
DAY = timedelta(days=1)


@pytest.fixture
def manager() -> Client:
    client = Client()
    client.force_login(member_of(MANAGER, "mary"))
    return client


@pytest.fixture
def variants(make_variant: MakeVariant) -> list[ProductVariant]:
    return [make_variant(price=price) for price in ("1.00", "2.49")]


def send(client: Client, variants: list[ProductVariant], **typed: str) -> Any:
    fields = {"action": "announce_reductions", "_selected_action": [str(variant.pk) for variant in variants]}
    return client.post(reverse(VARIANTS), fields | typed)


def act(client: Client, action: str, *reductions: Reduction) -> str:
    fields = {"action": action, "_selected_action": [str(reduction.pk) for reduction in reductions], "reason": "-"}
    return text_of(client.post(reverse(LIST), fields, follow=True))


def announced(variant: ProductVariant, *, days: int = 0) -> Reduction:
    """A reduction that begins in so many days, or now."""
    starts_at = clock() + days * DAY if days else None
    announce_reductions(prices={variant.pk: NewPrice(variant.price, Decimal("0.50"))}, starts_at=starts_at)
    return Reduction.objects.get(variant=variant)


@pytest.mark.parametrize(
    ("typed", "prices"),
    [
        (TYPED, ["0.80", "1.99"]),
        (TYPED | {"step": "0.10"}, ["0.80", "2.00"]),
        (TYPED | {"how": "set", "amount": "0,55"}, ["0.55"] * 2),
    ],
)
def test_the_preview_is_what_is_announced(
    manager: Client, variants: list[ProductVariant], typed: dict[str, str], prices: list[str]
) -> None:
    assert "Announce a reduction" in text_of(send(manager, variants))
    typed = typed | {"starts_at": "2031-05-01T12:00", "ends_at": "2031-05-08T00:00", "compare_at": "3.50"}
    preview = send(manager, variants, **typed)
    assert [str(row.after) for row in preview.context["preview"]] == prices
    page = text_of(preview)
    assert all(f'name="{name}" value="{value}"' in page for name, value in typed.items())
    assert not Reduction.objects.exists()
    answer = send(manager, variants, **typed, seen=preview.context["seen"])
    assert answer.status_code == 302
    rows = Reduction.objects.order_by("variant__sku")
    assert [str(row.price) for row in rows] == prices
    for row in rows:
        assert f"{timezone.localtime(row.starts_at):%Y-%m-%d %H:%M}" == "2031-05-01 12:00"
        assert f"{timezone.localtime(row.ends_at):%Y-%m-%d %H:%M}" == "2031-05-08 00:00"
        assert (str(row.compare_at), str(row.actor)) == ("3.50", "mary")


def test_left_empty_it_runs_from_now_until_it_is_ended(manager: Client, variants: list[ProductVariant]) -> None:
    seen = send(manager, variants, **TYPED).context["seen"]
    send(manager, variants, **TYPED, seen=seen)
    assert {(row.starts_at <= clock(), row.ends_at) for row in Reduction.objects.all()} == {(True, None)}


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"starts_at": "2020-01-01T00:00"}, "cannot begin in the past"),
        ({"starts_at": "2031-05-01T12:00", "ends_at": "2031-05-01T11:00"}, "has to end after it begins"),
        ({"ends_at": "soon"}, "Enter a valid date/time"),
        ({"amount": "0"}, "is not below £1.00"),
        ({"amount": "101"}, "No price falls by more than 100 per cent"),
        ({"how": "up"}, "not one of the available choices"),
        ({"compare_at": "0.10"}, "has to be above the reduced price"),
        ({"compare_at": "-1"}, "cannot be read: write digits"),
    ],
)
def test_what_is_refused_is_said_and_nothing_is_announced(
    manager: Client, variants: list[ProductVariant], typed: dict[str, str], why: str
) -> None:
    seen = ",".join(f"{variant.pk}:{variant.price}" for variant in variants)
    answer = send(manager, variants, **TYPED | typed, seen=seen)
    assert (answer.status_code, why in text_of(answer)) == (422, True)
    assert not Reduction.objects.exists()


def test_one_that_cannot_be_reduced_refuses_all(manager: Client, variants: list[ProductVariant]) -> None:
    announced(variants[1])
    seen = send(manager, variants, **TYPED).context["seen"]
    page = text_of(send(manager, variants, **TYPED, seen=seen))
    assert f"{variants[1].sku}: £1.99 is not below £0.50" in page
    assert Reduction.objects.get().ends_at is None


def test_clerks_announce_none(variants: list[ProductVariant]) -> None:
    clerk = Client()
    clerk.force_login(member_of(CLERK, "anna"))
    send(clerk, variants, **TYPED, seen=f"{variants[0].pk}:1.00")
    assert not Reduction.objects.exists()


def test_a_running_one_is_ended_and_a_scheduled_one_deleted(manager: Client, variants: list[ProductVariant]) -> None:
    running, scheduled = announced(variants[0]), announced(variants[1], days=1)
    assert "1 reduction of 2: done." in act(manager, "end_now", running, scheduled)
    running.refresh_from_db()
    assert running.is_over_at(clock())
    assert "1 reduction of 2: done." in act(manager, "delete_scheduled", running, scheduled)
    assert Reduction.objects.get() == running
    assert "None of them runs now. Nothing was changed." in act(manager, "end_now", running)
    assert set(LogEntry.objects.values_list("user__username", "object_id")) == {
        ("mary", str(running.pk)),
        ("mary", str(scheduled.pk)),
    }


def test_the_list_tells_their_state(manager: Client, variants: list[ProductVariant]) -> None:
    running, scheduled = announced(variants[0]), announced(variants[1], days=1)
    for state, found in [("running", [running]), ("scheduled", [scheduled]), ("over", [])]:
        answer = manager.get(reverse(LIST), {"state": state})
        assert list(answer.context["cl"].queryset) == found
        assert (state.title() in text_of(answer)) is True


def test_the_end_is_moved_on_its_page(manager: Client, variants: list[ProductVariant]) -> None:
    reduction = announced(variants[0])
    address = reverse("admin:inventory_reduction_change", args=[reduction.pk])

    def end(moment: str) -> str:
        typed = {"ends_at": moment, "initial-ends_at": ""}
        return text_of(manager.post(address, typed, follow=True))

    assert "It has to end later than now" in end("2020-01-01T00:00")
    assert "was changed successfully" in end("2031-05-01T12:00")
    reduction.refresh_from_db()
    assert f"{timezone.localtime(reduction.ends_at):%Y-%m-%d %H:%M}" == "2031-05-01 12:00"
    assert manager.post(reverse("admin:inventory_reduction_delete", args=[reduction.pk])).status_code == 403


def test_the_page_of_the_variant_has_them(manager: Client, variants: list[ProductVariant]) -> None:
    reduction = announced(variants[0])
    page = text_of(manager.get(reverse("admin:inventory_productvariant_change", args=[variants[0].pk])))
    assert f"£0.50, {date_and_time(reduction.starts_at)} to …" in page


def test_one_that_is_over_is_only_shown(manager: Client, variants: list[ProductVariant]) -> None:
    reduction = announced(variants[0])
    act(manager, "end_now", reduction)
    page = text_of(manager.get(reverse("admin:inventory_reduction_change", args=[reduction.pk])))
    assert 'name="ends_at"' not in page
