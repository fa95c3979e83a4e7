"""Rows are written with the change that asks for them, and a worker is woken after its commit."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from redis import Redis

import core.redis
from outbox.effects import effect
from outbox.intents import Intent, enqueue
from outbox.models import OutboxRow
from outbox.wakeup import notify, rearm
from tests.support.effects import MakeEffect, messages

pytestmark = pytest.mark.django_db(transaction=True)


def test_all_rows_of_an_event_are_one_insert(make_effect: MakeEffect) -> None:
    make_effect("one")
    make_effect("two")
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        enqueue([Intent("one", key=1, payload={"percent": 10}), Intent("two", key="b")])
        assert len(queries) == 1
    assert list(OutboxRow.objects.values_list("effect", "key", "payload")) == [
        ("one", "1", {"v": 1, "percent": 10}),
        ("two", "b", {"v": 1}),
    ]


def test_a_change_that_is_rolled_back_leaves_no_row_and_no_message(make_effect: MakeEffect) -> None:
    make_effect("one")
    with transaction.atomic():
        enqueue([Intent("one", key=1)])
        transaction.set_rollback(True)
    assert (OutboxRow.objects.count(), messages()) == (0, 0)


def test_the_message_is_sent_only_after_commit(make_effect: MakeEffect) -> None:
    make_effect("one")
    with transaction.atomic():
        enqueue([Intent("one", key=1)])
        assert messages() == 0
    assert messages() == 1


def test_a_name_that_nobody_registered_is_refused() -> None:
    with pytest.raises(KeyError, match="unheard"):
        enqueue([Intent("unheard", key=1)])
    assert not OutboxRow.objects.exists()


def test_a_name_is_registered_once(make_effect: MakeEffect) -> None:
    make_effect("one")
    with pytest.raises(ValueError, match="one"):
        effect("one")(lambda batch: None)


def test_many_changes_while_a_message_is_on_its_way_send_one_message(make_effect: MakeEffect) -> None:
    make_effect("one")
    for key in range(20):
        enqueue([Intent("one", key=key)])
    assert messages() == 1


def test_a_change_after_a_drain_has_begun_sends_a_message_again(make_effect: MakeEffect) -> None:
    make_effect("one")
    notify(["one"])
    rearm("one")
    notify(["one"])
    assert messages() == 2


def test_effects_do_not_share_a_bell(make_effect: MakeEffect) -> None:
    make_effect("one")
    make_effect("two")
    notify(["one"])
    notify(["one", "two"])
    assert messages() == 2


def test_while_redis_is_away_rows_are_kept_and_it_is_asked_once_in_a_silence(
    make_effect: MakeEffect, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    unreachable = Redis.from_url("redis://127.0.0.1:1/0", socket_timeout=core.redis.TIMEOUT)

    def client() -> Redis:
        asked.append(1)
        return unreachable

    make_effect("one")
    monkeypatch.setattr("outbox.wakeup.client", client)
    for key in range(10):
        enqueue([Intent("one", key=key)])
    assert OutboxRow.objects.count() == 10
    assert len(asked) == 1
