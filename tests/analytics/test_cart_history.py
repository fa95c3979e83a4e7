"""What happened in one cart, as its events tell; and the lists of events and figures."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics import selectors
from analytics.models import AnalyticsEvent, DailyFigure
from analytics.rollup import roll_up_marked_days
from analytics.selectors import cart_history
from cart.errors import HoldsInTheWay
from cart.owners import Owner
from cart.services import extend_holds, move_stock_past_holds, release_holds, remove_line
from inventory.models import ProductVariant, StockMovement
from inventory.selectors import stock_seen
from outbox.drain import drain
from tests.analytics.test_rollup import record
from tests.conftest import MakeVariant
from tests.support.shopping import expire, held

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("boss"))
    return client


def event(cart_id: int, hour: int, **columns: object) -> AnalyticsEvent:
    moment = datetime(2026, 3, 10, hour, tzinfo=UTC)
    return AnalyticsEvent.objects.create(name="add_to_cart", occurred_at=moment, cart_id=cart_id, **columns)


def test_events_of_the_cart_in_their_order_with_their_variants(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 2)
    remove_line(owner=guest, item_id=line.pk)
    drain("record_analytics")
    event(line.cart_id + 1, 9)
    with CaptureQueriesContext(connection) as statements:
        found = cart_history(line.cart_id)
    assert [(each.event.name, each.event.quantity, each.sku) for each in found.happenings] == [
        ("add_to_cart", 2, variant.sku),
        ("remove_from_cart", 2, variant.sku),
    ]
    assert len(statements) == 2


def test_what_staff_did_to_its_holds_stands_there_once_with_who_and_why(
    boss: Client, guest: Owner, variant: ProductVariant, make_variant: MakeVariant
) -> None:
    clerk, other = User.objects.create_user("clerk"), make_variant()
    line, released = held(guest, variant, 3), held(guest, other, 2)
    extend_holds(line_ids=[line.pk], actor=clerk, reason="On the phone")
    release_holds(line_ids=[released.pk], actor=clerk, reason="  Kept by a bot ")
    move_stock_past_holds(
        variant_id=variant.pk,
        delta=-8,
        kind=StockMovement.Kind.COUNT,
        reason="Broken",
        seen=stock_seen(variant),
        actor=clerk,
        may_lose=[line.pk],
    )
    drain("record_analytics")
    drain("record_analytics")
    found = cart_history(line.cart_id)
    assert [
        (each.event.name, each.event.quantity, each.sku, each.staff, each.event.data.get("reason"))
        for each in found.happenings
    ] == [
        ("add_to_cart", 3, variant.sku, "", None),
        ("add_to_cart", 2, other.sku, "", None),
        ("hold_extended", 3, variant.sku, "clerk", "On the phone"),
        ("hold_released", 2, other.sku, "clerk", "Kept by a bot"),
        ("hold_lost", 3, variant.sku, "clerk", "Broken"),
    ]
    address = reverse("admin:analytics_cart_history", args=[line.cart_id])
    assert "clerk: Kept by a bot" in boss.get(address).content.decode()
    AnalyticsEvent.objects.filter(name="hold_lost").update(data={"staff": 0, "reason": "Broken"})
    assert "a former colleague: Broken" in boss.get(address).content.decode()


def test_what_staff_were_refused_is_not_in_it(guest: Owner, variant: ProductVariant) -> None:
    line, clerk = held(guest, variant, 3), User.objects.create_user("clerk")
    with pytest.raises(HoldsInTheWay):
        move_stock_past_holds(
            variant_id=variant.pk,
            delta=-8,
            kind=StockMovement.Kind.ADJUSTMENT,
            reason="Broken",
            seen=stock_seen(variant),
            actor=clerk,
        )
    drain("record_analytics")
    assert [each.event.name for each in cart_history(line.cart_id).happenings] == ["add_to_cart"]


def test_a_hold_that_ran_out_and_gives_way_to_staff_has_expired(guest: Owner, variant: ProductVariant) -> None:
    line, clerk = held(guest, variant, 3), User.objects.create_user("clerk")
    expire(line)
    move_stock_past_holds(
        variant_id=variant.pk,
        delta=-8,
        kind=StockMovement.Kind.ADJUSTMENT,
        reason="Broken",
        seen=stock_seen(variant),
        actor=clerk,
    )
    drain("record_analytics")
    assert [each.event.name for each in cart_history(line.cart_id).happenings] == ["add_to_cart", "hold_expired"]


def test_what_was_recorded_late_stands_where_it_happened() -> None:
    later, earlier = event(1, 12), event(1, 11)
    assert [each.event for each in cart_history(1).happenings] == [earlier, later]


def test_of_very_many_events_the_last_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "MOST_SHOWN", 2)
    events = [event(1, hour) for hour in (9, 10, 11)]
    found = cart_history(1)
    assert ([each.event for each in found.happenings], found.is_cut) == (events[1:], True)


def test_the_page_leads_on_to_variant_and_trace(boss: Client, guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 2)
    drain("record_analytics")
    address = reverse("admin:analytics_cart_history", args=[line.cart_id])
    page = boss.get(address).content.decode()
    recorded = AnalyticsEvent.objects.get()
    assert reverse("admin:analytics_trace", args=[recorded.event_id]) in page
    assert reverse("admin:inventory_productvariant_change", args=[variant.pk]) in page
    assert address in boss.get(reverse("admin:cart_cart_change", args=[line.cart_id])).content.decode()
    trace = boss.get(reverse("admin:analytics_trace", args=[recorded.event_id])).content.decode()
    assert variant.sku in trace
    assert address in trace


def test_a_cart_without_events_says_why(boss: Client) -> None:
    page = boss.get(reverse("admin:analytics_cart_history", args=[7])).content.decode()
    assert "No event of this cart is kept" in page


def test_strangers_do_not_see_it(client: Client) -> None:
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    assert client.get(reverse("admin:analytics_cart_history", args=[7])).status_code == 403


@pytest.mark.parametrize("term", ["41", "82", "id", " 41 "])
def test_events_are_found_by_cart_variant_and_id(boss: Client, term: str) -> None:
    wanted = event(41, 9, variant_id=82)
    event(410, 9, variant_id=820)
    query = str(wanted.event_id) if term == "id" else term
    found = boss.get(reverse("admin:analytics_analyticsevent_changelist"), {"q": query}).context["cl"].result_list
    assert list(found) == [wanted]


@pytest.mark.parametrize("term", ["nonsense", "9" * 40, "7d1f5f6c-2f0b-4b39-9a1d-0d3f3a5a6b11", "²"])
def test_what_is_no_number_and_no_id_finds_nothing(boss: Client, term: str) -> None:
    event(41, 9, variant_id=82)
    for page in ("analytics_analyticsevent", "analytics_dailyfigure"):
        answer = boss.get(reverse(f"admin:{page}_changelist"), {"q": term})
        assert list(answer.context["cl"].result_list) == []


@pytest.mark.parametrize(
    ("query", "variants"), [({"scope": "all"}, [None]), ({"scope": "variant"}, [7]), ({"q": "7"}, [7])]
)
def test_daily_figures_are_listed_by_scope(boss: Client, query: dict[str, str], variants: list[int | None]) -> None:
    record()
    roll_up_marked_days()
    assert DailyFigure.objects.count() == 2
    found = boss.get(reverse("admin:analytics_dailyfigure_changelist"), query).context["cl"].result_list
    assert [figure.variant_id for figure in found] == variants


@pytest.mark.parametrize("rows", ["analytics_analyticsevent", "analytics_dailyfigure"])
def test_names_that_there_are_can_be_chosen_and_cost_no_scan(boss: Client, rows: str) -> None:
    for name in ("add_to_cart", "purchase", "purchase", "a name of a later feature"):
        record(name)
    roll_up_marked_days()
    answer = boss.get(reverse(f"admin:{rows}_changelist"), {"name": "purchase"}).context["cl"]
    (names,) = [spec for spec in answer.filter_specs if spec.parameter_name == "name"]
    assert [name for name, _ in names.lookup_choices] == ["a name of a later feature", "add_to_cart", "purchase"]
    assert {row.name for row in answer.result_list} == {"purchase"}


@pytest.mark.parametrize(
    "rows", ["analytics_analyticsevent", "analytics_dailyfigure", "outbox_outboxrow", "outbox_effectrun"]
)
def test_each_list_costs_few_statements(boss: Client, rows: str) -> None:
    """Session; user; choices of a filter; rows counted, for the pages and for what is found; rows."""
    for number in range(3):
        record(f"name {number}")
    roll_up_marked_days()
    with CaptureQueriesContext(connection) as statements:
        assert boss.get(reverse(f"admin:{rows}_changelist")).status_code == 200
    assert len(statements) <= 6, statements.captured_queries
