"""Low-stock alerts in the back office: the open ones first, acknowledged by clerks, muted by managers."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backoffice.roles import CLERK, MANAGER
from inventory.models import AlertMute, LowStockAlert, ProductVariant, StockMovement
from inventory.services import acknowledge_alerts, move_stock, refresh_alerts
from tests.conftest import MakeVariant
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db

LIST = reverse("admin:inventory_lowstockalert_changelist")


@pytest.fixture
def variants(make_variant: MakeVariant) -> list[ProductVariant]:
    """One low, one sold out, and one that is back in stock."""
    variants = [make_variant(5, threshold=10), make_variant(0, threshold=10), make_variant(5, threshold=10)]
    ids = [variant.pk for variant in variants]
    refresh_alerts(variant_ids=ids)
    move_stock(variant_id=ids[2], delta=50, kind=StockMovement.Kind.RECEIPT, reason="Delivery")
    refresh_alerts(variant_ids=ids)
    return variants


def alert_of(variant: ProductVariant) -> LowStockAlert:
    return LowStockAlert.objects.get(variant=variant)


def log_in(client: Client, role: str) -> User:
    user = member_of(role, f"the {role}")
    client.force_login(user)
    return user


def act(client: Client, action: str, *variants: ProductVariant, **fields: str) -> str:
    """Do it to the alerts of these variants; returns the page that is seen then."""
    chosen = [str(alert_of(variant).pk) for variant in variants]
    form = {"action": action, "_selected_action": chosen, **fields}
    return client.post(f"{LIST}?state=all", form, follow=True).content.decode()


def logged() -> list[tuple[str, str, str]]:
    entries = LogEntry.objects.select_related("user").order_by("pk")
    return [(entry.user.username, entry.object_repr, entry.get_change_message()) for entry in entries]


@pytest.mark.parametrize(
    ("state", "shown"), [("", [0, 1]), ("unseen", [1]), ("muted", [1]), ("closed", [2]), ("all", [0, 1, 2])]
)
def test_the_list_shows_open_alerts_unless_asked_otherwise(
    admin_client: Client, admin_user: User, variants: list[ProductVariant], state: str, shown: list[int]
) -> None:
    acknowledge_alerts(alert_ids=[alert_of(variants[0]).pk], actor=admin_user)
    AlertMute.objects.create(variant=variants[1], until=timezone.now() + timedelta(days=1), reason="x")
    AlertMute.objects.create(variant=variants[0], until=timezone.now() - timedelta(days=1), reason="over")
    page = admin_client.get(LIST, {"state": state} if state else {}).content.decode()
    assert [n for n, variant in enumerate(variants) if f">{variant}<" in page] == shown


def test_a_clerk_acknowledges(client: Client, variants: list[ProductVariant]) -> None:
    clerk = log_in(client, CLERK)
    page = act(client, "acknowledge", *variants)
    assert "2 alerts are acknowledged." in page
    assert [alert_of(variant).acknowledged_by for variant in variants] == [clerk, clerk, None]
    assert sorted(logged()) == sorted((clerk.username, str(alert_of(each)), "Acknowledged") for each in variants[:2])


def test_what_is_closed_or_acknowledged_is_refused_and_left(client: Client, variants: list[ProductVariant]) -> None:
    log_in(client, CLERK)
    act(client, "acknowledge", variants[0])
    before = alert_of(variants[0]).acknowledged_at
    page = act(client, "acknowledge", variants[0], variants[2])
    assert "They are closed, or somebody has acknowledged them already." in page
    assert "bg-orange-100" in page  # the colour of a warning
    assert (alert_of(variants[0]).acknowledged_at, len(logged())) == (before, 1)


def test_what_gets_worse_is_to_be_seen_again(admin_user: User, variants: list[ProductVariant]) -> None:
    low = variants[0]
    acknowledge_alerts(alert_ids=[alert_of(low).pk], actor=admin_user)
    for delta in (-1, -4, +1):
        move_stock(variant_id=low.pk, delta=delta, kind=StockMovement.Kind.ADJUSTMENT, reason="Counted")
        refresh_alerts(variant_ids=[low.pk])
        if delta == -1:
            assert alert_of(low).acknowledged_by == admin_user
    assert (alert_of(low).level, alert_of(low).acknowledged_at, alert_of(low).acknowledged_by) == ("low", None, None)


@pytest.mark.parametrize(("action", "days"), [("mute_for_a_day", 1), ("mute_for_a_week", 7), ("mute_for_a_month", 30)])
def test_a_manager_mutes_with_a_reason(client: Client, variants: list[ProductVariant], action: str, days: int) -> None:
    manager = log_in(client, MANAGER)
    assert "Mute variants" in act(client, action, variants[0])
    assert not AlertMute.objects.exists()
    page = act(client, action, variants[0], reason="Discontinued")
    assert "1 variant is muted." in page
    mute = AlertMute.objects.filter(
        until__range=(Now() + timedelta(days=days, minutes=-1), Now() + timedelta(days=days))
    )
    assert [(each.variant, each.actor, each.reason) for each in mute] == [(variants[0], manager, "Discontinued")]
    assert logged() == [(manager.username, str(variants[0]), f"Alerts muted for {days} days: Discontinued")]


def test_a_second_mute_replaces_the_first_and_can_be_taken_back(client: Client, variants: list[ProductVariant]) -> None:
    log_in(client, MANAGER)
    act(client, "mute_for_a_month", variants[0], reason="Discontinued")
    act(client, "mute_for_a_day", variants[0], reason="Back tomorrow")
    assert AlertMute.objects.get().reason == "Back tomorrow"
    assert "1 variant is no longer muted." in act(client, "unmute", *variants)
    AlertMute.objects.create(variant=variants[1], until=timezone.now() - timedelta(days=1), reason="over")
    assert "None of them is muted (any more)." in act(client, "unmute", *variants)
    assert [message for _, _, message in logged()][2:] == ["Alerts no longer muted"]


@pytest.mark.parametrize("action", ["mute_for_a_day", "mute_for_a_week", "mute_for_a_month", "unmute"])
def test_a_clerk_does_not_mute(client: Client, variants: list[ProductVariant], action: str) -> None:
    AlertMute.objects.create(variant=variants[1], until=timezone.now() + timedelta(days=1), reason="x")
    log_in(client, CLERK)
    assert action not in client.get(LIST).content.decode()
    act(client, action, *variants, reason="Why not")
    assert list(AlertMute.objects.values_list("variant", flat=True)) == [variants[1].pk]


def test_no_alert_is_written_by_hand(admin_client: Client, variants: list[ProductVariant]) -> None:
    alert = alert_of(variants[0])
    admin_client.post(reverse("admin:inventory_lowstockalert_change", args=[alert.pk]), {"level": "out"})
    admin_client.post(reverse("admin:inventory_lowstockalert_delete", args=[alert.pk]), {"post": "yes"})
    assert admin_client.get(reverse("admin:inventory_lowstockalert_add")).status_code == 403
    assert alert_of(variants[0]).level == "low"


def test_the_list_asks_little(admin_client: Client, variants: list[ProductVariant]) -> None:
    """Session and user; the capped count twice, for the page and for the filter; the rows with all that they name."""
    with CaptureQueriesContext(connection) as queries:
        assert admin_client.get(LIST).status_code == 200
    assert len(queries) < 12, [query["sql"] for query in queries]
