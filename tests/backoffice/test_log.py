"""The log of what staff did: which of it is shown, and what an address that nobody was offered shows."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from core.days import start_of, today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_day")]

LIST = reverse("admin:admin_logentry_changelist")


def noted(user: User, model: type[Any], days_ago: int) -> int:
    entry = LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(model),
        object_id="1",
        object_repr="thing",
        action_flag=CHANGE,
        action_time=start_of(today() - timedelta(days=days_ago)),
    )
    return entry.pk


def page(client: Client, query: str) -> tuple[list[int], dict[str, list[str]]]:
    """The rows of the list, and what each of its filters offers."""
    changes = client.get(LIST + query).context["cl"]
    offered = {
        str(spec.title): [str(choice["display"]) for choice in spec.choices(changes)] for spec in changes.filter_specs
    }
    return [row.pk for row in changes.result_list], offered


def test_by_day_by_who_and_by_what(admin_client: Client, admin_user: User, make_user: Any) -> None:
    former = make_user("former")
    old, mine, theirs = noted(admin_user, User, 8), noted(admin_user, Group, 1), noted(former, User, 0)
    assert page(admin_client, "")[0] == [theirs, mine, old]
    for query, rows in [
        ("?day=0", [theirs]),
        ("?day=1", [theirs, mine]),
        ("?day=7", [theirs, mine]),
        ("?day=30", [theirs, mine, old]),
        (f"?user={admin_user.pk}", [mine, old]),
        (f"?model={ContentType.objects.get_for_model(Group).pk}", [mine]),
    ]:
        assert page(admin_client, query)[0] == rows, query


def test_who_is_staff_no_more_is_not_offered_and_found_all_the_same(
    admin_client: Client, admin_user: User, make_user: Any
) -> None:
    former = make_user("former")
    theirs = noted(former, User, 0)
    noted(admin_user, User, 0)
    rows, offered = page(admin_client, f"?user={former.pk}")
    assert (rows, offered["who"]) == ([theirs], ["All", admin_user.username])


@pytest.mark.parametrize("query", ["?day=nonsense", "?user=nonsense", "?user=²", "?model=x"])
def test_what_is_no_choice_shows_all(admin_client: Client, admin_user: User, query: str) -> None:
    only = noted(admin_user, User, 0)
    assert page(admin_client, query)[0] == [only]
