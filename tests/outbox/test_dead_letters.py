"""Staff decide about dead effects: again, or never; the admin log says who, why, and what it was."""

import pytest
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.contrib.messages import WARNING
from django.test import Client
from django.urls import reverse

from backoffice.roles import CLERK, MANAGER
from core.errors import ReasonMissing
from outbox.dead_letters import discard_dead_rows, retry_dead_rows
from outbox.drain import drain
from outbox.intents import Intent, enqueue
from outbox.models import OutboxRow
from outbox.retry import MOST_ATTEMPTS
from tests.support.effects import MakeEffect
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "admin:outbox_outboxrow_changelist"


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss")


def member(role: str) -> User:
    return member_of(role, role)


def dead_rows(make_effect: MakeEffect, *keys: str) -> list[OutboxRow]:
    make_effect("one")
    enqueue(Intent("one", key=key, payload={"percent": 10}) for key in keys)
    OutboxRow.objects.update(is_dead=True, attempts=MOST_ATTEMPTS, error="ValueError: poison")
    return list(OutboxRow.objects.all())


def test_a_dead_row_is_tried_again(make_effect: MakeEffect, boss: User) -> None:
    (row,) = dead_rows(make_effect, "a")
    assert retry_dead_rows([row.pk], actor=boss) == 1
    assert drain("one") == 1
    entry = LogEntry.objects.get()
    assert (entry.user, entry.action_flag, entry.object_repr) == (boss, CHANGE, "one a")
    assert "ValueError: poison" in entry.change_message


def test_a_discarded_row_is_gone_and_the_log_keeps_why_and_what_it_was(make_effect: MakeEffect, boss: User) -> None:
    first, second = dead_rows(make_effect, "a", "b")
    assert discard_dead_rows([first.pk], actor=boss, reason="The campaign is over") == 1
    assert list(OutboxRow.objects.all()) == [second]
    entry = LogEntry.objects.get()
    assert (entry.user, entry.action_flag, entry.object_repr) == (boss, DELETION, "one a")
    for words in ("The campaign is over", "ValueError: poison", '"percent": 10'):
        assert words in entry.change_message


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_discarded_without_a_reason(make_effect: MakeEffect, boss: User, reason: str) -> None:
    (row,) = dead_rows(make_effect, "a")
    with pytest.raises(ReasonMissing):
        discard_dead_rows([row.pk], actor=boss, reason=reason)
    assert (OutboxRow.objects.count(), LogEntry.objects.count()) == (1, 0)


def test_a_living_row_is_neither_retried_nor_discarded(make_effect: MakeEffect, boss: User) -> None:
    (row,) = dead_rows(make_effect, "a")
    OutboxRow.objects.update(is_dead=False)
    assert retry_dead_rows([row.pk], actor=boss) == 0
    assert discard_dead_rows([row.pk], actor=boss, reason="Why not") == 0
    assert (OutboxRow.objects.count(), LogEntry.objects.count()) == (1, 0)


@pytest.mark.parametrize("deed", [{"action": "retry"}, {"action": "discard"}, {"action": "discard", "reason": "Why"}])
def test_where_none_of_the_chosen_is_dead_a_warning_says_so(
    make_effect: MakeEffect, admin_client: Client, deed: dict[str, str]
) -> None:
    (row,) = dead_rows(make_effect, "a")
    OutboxRow.objects.update(is_dead=False)
    answer = admin_client.post(reverse(LIST), {**deed, "_selected_action": [row.pk]}, follow=True)
    ((level, text),) = [(one.level, one.message) for one in answer.context["messages"]]
    assert (level, text) == (WARNING, "None of the chosen effects is dead, so nothing was changed.")
    assert (OutboxRow.objects.count(), LogEntry.objects.count()) == (1, 0)


def test_the_question_names_the_dead_ones_alone(make_effect: MakeEffect, admin_client: Client) -> None:
    dead, living = dead_rows(make_effect, "dead-one", "living-one")
    OutboxRow.objects.filter(pk=living.pk).update(is_dead=False)
    asked = {"action": "discard", "_selected_action": [dead.pk, living.pk]}
    page = admin_client.post(reverse(LIST), asked).content.decode()
    assert "one dead-one" in page
    assert "one living-one" not in page


def test_a_manager_retries_and_discards_in_the_admin(make_effect: MakeEffect, client: Client) -> None:
    first, second = dead_rows(make_effect, "a", "b")
    client.force_login(member(MANAGER))
    client.post(reverse(LIST), {"action": "retry", "_selected_action": [first.pk]})
    chosen = {"action": "discard", "_selected_action": [second.pk]}
    asked = client.post(reverse(LIST), chosen).content.decode()
    assert "They will never be done" in asked
    assert "one b" in asked
    refused = client.post(reverse(LIST), {**chosen, "reason": ""})
    assert refused.status_code == 422
    assert OutboxRow.objects.count() == 2
    client.post(reverse(LIST), {**chosen, "reason": "The campaign is over"})
    assert list(OutboxRow.objects.values_list("pk", "is_dead")) == [(first.pk, False)]


@pytest.mark.parametrize("action", ["retry", "discard"])
def test_a_clerk_sees_dead_effects_and_decides_nothing(make_effect: MakeEffect, client: Client, action: str) -> None:
    (row,) = dead_rows(make_effect, "a")
    client.force_login(member(CLERK))
    page = client.get(reverse(LIST) + "?state=dead").content.decode()
    assert "ValueError: poison" in page
    assert f'value="{action}"' not in page
    client.post(reverse(LIST), {"action": action, "_selected_action": [row.pk], "reason": "Because"})
    assert OutboxRow.objects.get().is_dead


@pytest.mark.parametrize(("state", "seen"), [("waiting", "a"), ("failing", "b"), ("dead", "c")])
def test_the_list_is_filtered_by_state(
    make_effect: MakeEffect, client: Client, boss: User, state: str, seen: str
) -> None:
    dead_rows(make_effect, "a", "b", "c")
    OutboxRow.objects.filter(key="a").update(is_dead=False, attempts=0)
    OutboxRow.objects.filter(key="b").update(is_dead=False)
    client.force_login(boss)
    rows = client.get(reverse(LIST), {"state": state}).context["cl"].result_list
    assert [row.key for row in rows] == [seen]
