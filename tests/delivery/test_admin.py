"""Deliveries in the back office: seen without their text, and the dead ones retried or discarded by managers."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.messages import WARNING
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.roles import CLERK, MANAGER
from core.errors import ReasonMissing
from delivery.models import Delivery
from delivery.services import discard_dead_deliveries, send_email, send_web_message
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db

LIST = reverse("admin:delivery_delivery_changelist")
SECRET = "the link that logs you in"


@pytest.fixture
def deliveries() -> list[Delivery]:
    """One that waits, and two dead ones."""
    for key in "abc":
        send_email(kind="test", to=f"{key}@example.com", subject="Hello", text=SECRET, html=SECRET, dedupe_key=key)
    Delivery.objects.exclude(dedupe_key="a").update(is_dead=True, attempts=40, error="550 no such user")
    return list(Delivery.objects.order_by("dedupe_key"))


def log_in(client: Client, role: str) -> None:
    user = member_of(role, "staff")
    client.force_login(user)


def test_no_page_and_no_file_shows_what_is_in_a_message(admin_client: Client, deliveries: list[Delivery]) -> None:
    pages = [
        admin_client.get(LIST),
        admin_client.get(reverse("admin:delivery_delivery_change", args=[deliveries[0].pk])),
        admin_client.post(LIST, {"action": "discard", "_selected_action": [deliveries[1].pk]}),
    ]
    texts = [page.content.decode() for page in pages]
    file = admin_client.post(LIST, {"action": "export_csv", "_selected_action": [deliveries[0].pk]})
    texts.append(b"".join(file.streaming_content).decode())  # type: ignore[attr-defined]
    assert all("a@example.com" in text or "b@example.com" in text for text in texts)
    assert not any(SECRET in text for text in texts)


def test_of_a_web_message_the_host_alone_is_shown(admin_client: Client, deliveries: list[Delivery]) -> None:
    url = "https://hooks.example.com/services/secret"
    send_web_message(kind="test", url=url, body={"text": "the secret body"}, dedupe_key="web")
    page = admin_client.get(LIST, {"channel": "web"}).content.decode()
    row = admin_client.get(reverse("admin:delivery_delivery_change", args=[Delivery.objects.latest("pk").pk]))
    for text in (page, row.content.decode()):
        assert "https://hooks.example.com/…" in text
        assert "secret" not in text
    assert "a@example.com" not in page


@pytest.mark.parametrize(("state", "keys"), [("waiting", "a"), ("dead", "bc"), ("sent", "")])
def test_the_list_filters_by_state(admin_client: Client, deliveries: list[Delivery], state: str, keys: str) -> None:
    page = admin_client.get(LIST, {"state": state}).content.decode()
    assert [key for key in "abc" if f"{key}@example.com" in page] == list(keys)


def test_a_manager_retries_and_discards_with_a_reason(client: Client, deliveries: list[Delivery]) -> None:
    log_in(client, MANAGER)
    _, second, third = deliveries
    client.post(LIST, {"action": "retry", "_selected_action": [second.pk]})
    answer = client.post(LIST, {"action": "discard", "_selected_action": [third.pk], "reason": "Left the shop"})
    assert answer.status_code == 302
    assert list(Delivery.objects.filter(is_dead=False).values_list("dedupe_key", flat=True)) == ["b", "a"]
    assert [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")] == [
        "To be sent again.",
        "Discarded: Left the shop",
    ]


@pytest.mark.parametrize("deed", ["retry", "discard"])
def test_where_none_of_the_chosen_is_dead_a_warning_says_so(
    admin_client: Client, deliveries: list[Delivery], deed: str
) -> None:
    answer = admin_client.post(LIST, {"action": deed, "_selected_action": [deliveries[0].pk]}, follow=True)
    (message,) = answer.context["messages"]
    assert (message.level, message.message) == (
        WARNING,
        "None of the chosen deliveries is dead, so nothing was changed.",
    )


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_discarded_without_a_reason(client: Client, deliveries: list[Delivery], reason: str) -> None:
    log_in(client, MANAGER)
    answer = client.post(LIST, {"action": "discard", "_selected_action": [deliveries[2].pk], "reason": reason})
    assert answer.status_code == 422
    assert Delivery.objects.count() == 3


@pytest.mark.parametrize("deed", ["retry", "discard"])
def test_a_clerk_reads_and_changes_nothing(client: Client, deliveries: list[Delivery], deed: str) -> None:
    log_in(client, CLERK)
    assert client.get(LIST).status_code == 200
    client.post(LIST, {"action": deed, "_selected_action": [deliveries[2].pk], "reason": "Why not"})
    assert Delivery.objects.filter(is_dead=True).count() == 2


def test_the_list_asks_little(admin_client: Client, deliveries: list[Delivery]) -> None:
    """Session, user, content types of nobody's; count and capped count, the rows, and the kinds for the filter."""
    with CaptureQueriesContext(connection) as queries:
        assert admin_client.get(LIST).status_code == 200
    assert len(queries) < 12, [query["sql"] for query in queries]


def test_no_delivery_is_discarded_without_a_reason(deliveries: list[Delivery], admin_user: User) -> None:
    with pytest.raises(ReasonMissing):
        discard_dead_deliveries([deliveries[1].pk], actor=admin_user, reason="  ")
    assert Delivery.objects.count() == 3
