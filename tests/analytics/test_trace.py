"""Staff follow an event from the shopper's click to what workers did of it."""

import uuid

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from analytics.models import AnalyticsEvent
from analytics.selectors import trace_event
from cart.owners import Owner
from cart.services import add_product_to_cart
from inventory.models import ProductVariant
from outbox.drain import drain
from outbox.intents import Intent, enqueue
from outbox.models import EffectRun, OutboxRow
from outbox.registry import Batch
from tests.support.effects import MakeEffect

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_trace_goes_from_waiting_rows_to_the_tasks_that_did_them(guest: Owner, variant: ProductVariant) -> None:
    add_product_to_cart(None, variant.pk, 1, guest_token=guest.guest_token)
    event_id = OutboxRow.objects.get(effect="record_analytics").event_id
    assert {row.effect for row in trace_event(event_id).rows} == {
        "recalculate_cart_totals",
        "check_low_stock",
        "record_analytics",
    }
    for name in ("recalculate_cart_totals", "record_analytics"):
        drain(name, task_id=f"task of {name}")
    trace = trace_event(event_id)
    assert trace.event == AnalyticsEvent.objects.get()
    assert [row.effect for row in trace.rows] == ["check_low_stock"]
    tasks = [traced.run.task_id for traced in trace.runs]
    assert tasks == ["task of recalculate_cart_totals", "task of record_analytics"]


def test_a_failed_batch_and_each_failed_try_are_kept_with_their_error(make_effect: MakeEffect) -> None:
    def fail(batch: Batch) -> None:
        raise ValueError("poison")

    make_effect("one", fail)
    event_id = uuid.uuid4()
    enqueue([Intent("one", key="a")], event_id=event_id)
    drain("one", task_id="first")
    assert [traced.run.error for traced in trace_event(event_id).runs] == ["ValueError: poison"] * 2


def test_a_run_is_kept_only_with_its_effect(make_effect: MakeEffect) -> None:
    """A batch that was rolled back did nothing, so no run says that it did."""

    def fail(batch: Batch) -> None:
        raise ValueError("poison")

    make_effect("one", fail)
    enqueue([Intent("one", key="a")])
    drain("one")
    assert not EffectRun.objects.filter(error="").exists()


def test_staff_see_the_page_and_strangers_do_not(client: Client, guest: Owner, variant: ProductVariant) -> None:
    add_product_to_cart(None, variant.pk, 1, guest_token=guest.guest_token)
    drain("record_analytics", task_id="the-task")
    address = reverse("admin:analytics_trace", args=[AnalyticsEvent.objects.get().event_id])
    assert client.get(address).status_code == 302
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    assert client.get(address).status_code == 403
    client.force_login(User.objects.create_superuser("boss"))
    page = client.get(address).content.decode()
    assert "task/the-task" in page
    assert "add_to_cart" in page
    assert address in client.get(reverse("admin:analytics_analyticsevent_changelist")).content.decode()


def test_an_event_that_nobody_knows_says_so(client: Client) -> None:
    client.force_login(User.objects.create_superuser("boss"))
    page = client.get(reverse("admin:analytics_trace", args=[uuid.uuid4()])).content.decode()
    assert "Nothing is known of this event" in page
