"""What operators are told: numbers, and for each problem what to do."""

import json
import re
from datetime import timedelta
from pathlib import Path
from unittest.mock import ANY  # equal to anything: it stands for ages, and replaces no code

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from redis import Redis

from cart.models import StockAudit
from core.celery import Queue
from delivery.models import Delivery
from delivery.services import send_email
from outbox import gauges, status
from outbox.gauges import Gauge
from outbox.heartbeat import BEAT, note_heartbeat
from outbox.models import Heartbeat, OutboxRow
from outbox.status import Figure, read_status
from outbox.wakeup import wake_for_waiting_rows
from tests.support.processes import start_beat
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def all_is_well() -> None:
    for name in (BEAT, *(queue.value for queue in Queue)):
        note_heartbeat(name)


def make_row(age: timedelta = timedelta(0), **columns: object) -> None:
    row = OutboxRow.objects.create(effect="check_low_stock", key="1", **columns)
    OutboxRow.objects.filter(pk=row.pk).update(created_at=Now() - age)


def test_nothing_is_wrong_while_everybody_shows_signs_of_life() -> None:
    all_is_well()
    make_row()
    told = read_status()
    assert told.problems == []
    assert told.as_json()["pending"]["check_low_stock"] == 1
    assert told.as_json()["oldest_pending"] is not None


@pytest.mark.parametrize("name", [BEAT, *(queue.value for queue in Queue)])
def test_a_missing_and_an_old_sign_of_life_are_problems(name: str) -> None:
    all_is_well()
    Heartbeat.objects.filter(name=name).update(seen_at=Now() - timedelta(minutes=2))
    (problem,) = read_status().problems
    assert name in problem
    Heartbeat.objects.filter(name=name).delete()
    (problem,) = read_status().problems
    assert name in problem


def silence(*names: str, minutes: float = 2) -> None:
    Heartbeat.objects.filter(name__in=names).update(seen_at=Now() - timedelta(minutes=minutes))


QUEUES = [queue.value for queue in Queue]


def signs(told: status.Status) -> dict[str, float | None]:
    """The ages of the pulses by queue; None where nothing is known."""
    return {name.removeprefix("workers of "): age for name, age in told.as_json()["signs_of_life"].items()}


def test_a_silent_beat_is_said_once_and_nothing_of_the_workers_whose_pulses_it_sends() -> None:
    all_is_well()
    silence(BEAT, *QUEUES)
    told = read_status()
    (problem,) = told.problems
    assert problem.startswith("No sign of life of beat for 120")
    assert "nothing newer is known" in problem
    assert {signs(told)[name] for name in QUEUES} == {None}
    assert {figure.shown for figure in told.figures if "workers of" in figure.words} == {"not known"}


@pytest.mark.parametrize("started", [True, False], ids=["silent", "never started"])
def test_before_beat_ran_at_all_nothing_is_said_of_workers(started: bool) -> None:
    if started:
        for name in QUEUES:
            note_heartbeat(name)
        silence(*QUEUES, minutes=60)
    (problem,) = read_status().problems
    assert "beat for ever" in problem


def test_workers_that_were_silent_before_beat_was_are_reported_beside_it() -> None:
    all_is_well()
    silence(BEAT, *QUEUES)
    silence(Queue.BULK, minutes=9)
    told = read_status()
    beat, bulk = told.problems
    assert "sign of life of beat" in beat
    assert "workers of bulk for 540" in bulk
    assert signs(told)["bulk"] is not None


def test_a_redis_that_is_away_is_said_once_and_not_of_the_workers(
    monkeypatch: pytest.MonkeyPatch, admin_client: Client
) -> None:
    all_is_well()
    silence(*QUEUES)
    assert len(read_status().problems) == len(QUEUES)
    monkeypatch.setattr(gauges, "client", lambda: Redis.from_url("redis://127.0.0.1:1/0"))
    (problem,) = read_status().problems
    assert problem.startswith("Redis does not answer")
    metrics = admin_client.get("/metrics").content.decode().splitlines()
    assert "shop_redis_up 0.0" in metrics
    assert [line for line in metrics if line.startswith("shop_sign_of_life") and "workers" in line] == []


def test_a_row_that_waits_too_long_is_a_problem() -> None:
    all_is_well()
    make_row(age=timedelta(minutes=2))
    (problem,) = read_status().problems
    assert "oldest pending" in problem


def test_a_row_of_an_unknown_effect_does_not_accuse_the_workers_of_this_version() -> None:
    all_is_well()
    make_row(age=timedelta(minutes=2))
    OutboxRow.objects.update(effect="of another version")
    assert read_status().problems == []
    assert read_status().as_json()["pending"]["of another version"] == 1
    wake_for_waiting_rows(longer_than=timedelta(0))
    OutboxRow.objects.update(due_at=Now() - timedelta(minutes=16))
    wake_for_waiting_rows(longer_than=timedelta(0))
    assert read_status().problems == ["1 effect is dead: retry or discard in the admin, under Effects."]


def test_a_dead_row_is_a_problem_and_not_pending() -> None:
    all_is_well()
    make_row(is_dead=True)
    told = read_status()
    assert (told.as_json()["pending"]["check_low_stock"], told.as_json()["dead"]) == (0, 1)
    assert len(told.problems) == 1


def make_delivery(age: timedelta = timedelta(0), **columns: object) -> None:
    send_email(kind="test", to="ada@example.com", subject="Words", text="Words", dedupe_key=str(columns))
    Delivery.objects.update(created_at=Now() - age, **columns)


def test_a_delivery_of_an_unknown_channel_does_not_accuse_the_mail_server() -> None:
    all_is_well()
    make_delivery(timedelta(minutes=11), channel="pigeon")
    assert read_status().problems == []


def test_a_delivery_that_waits_too_long_is_a_problem() -> None:
    all_is_well()
    make_delivery(timedelta(minutes=9))
    assert read_status().problems == []
    make_delivery(timedelta(minutes=11))
    (problem,) = read_status().problems
    assert "oldest delivery" in problem


def test_a_dead_delivery_is_a_problem_and_does_not_wait() -> None:
    all_is_well()
    make_delivery(timedelta(minutes=11), is_dead=True)
    told = read_status()
    assert (told.as_json()["dead_letters"], told.as_json()["oldest_letter"]) == (1, None)
    (problem,) = told.problems
    assert "1 delivery is dead" in problem


def test_a_delivery_that_was_sent_is_no_problem() -> None:
    all_is_well()
    make_delivery(timedelta(minutes=11), sent_at=Now())
    assert read_status().problems == []


def test_differences_that_the_audit_left_are_a_problem() -> None:
    all_is_well()
    StockAudit.objects.create(variants_checked=5, difference_count=2, left_count=2)
    (problem,) = read_status().problems
    assert "2 differences" in problem


def test_the_command_exits_with_1_on_a_problem_and_speaks_json(capsys: pytest.CaptureFixture[str]) -> None:
    all_is_well()
    call_command("effects_status", "--json")
    assert json.loads(capsys.readouterr().out)["dead"] == 0
    make_row(is_dead=True)
    with pytest.raises(SystemExit) as ended:
        call_command("effects_status")
    assert ended.value.code == 1
    assert "1 effect is dead" in capsys.readouterr().out


def test_metrics_are_for_the_token_and_for_staff(client: Client, settings: object) -> None:
    all_is_well()
    make_row(is_dead=True)
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "secret"  # type: ignore[attr-defined]
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    text = client.get("/metrics", headers={"Authorization": "Bearer secret"}).content.decode()
    assert "shop_effects_dead 1.0" in text
    assert "shop_letters_dead 0.0" in text
    assert 'shop_effects_pending{effect="check_low_stock"} 0.0' in text
    client.force_login(User.objects.create_superuser("staff"))
    assert client.get("/metrics").status_code == 200


def test_an_empty_token_opens_nothing(client: Client) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_beat_and_the_workers_of_every_queue_show_signs_of_life(celery_worker: object, tmp_path: Path) -> None:
    beat = start_beat(tmp_path)
    try:
        names = {BEAT, *(queue.value for queue in Queue)}
        wait_until(lambda: set(Heartbeat.objects.values_list("name", flat=True)) == names, "all signs of life")
    finally:
        beat.teardown()


@pytest.fixture
def bicycles(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that tells of its own: a gauge, and a figure of the status that is a problem."""
    monkeypatch.setattr("outbox.gauges._readers", [*gauges._readers])
    monkeypatch.setattr("outbox.status._readers", [*status._readers])

    @gauges.register
    def read_bicycles() -> list[Gauge]:
        return [Gauge("shop_bicycles", "Bicycles", 2, (("state", state),)) for state in ("parked", "lent")]

    @status.register
    def read_brakes() -> list[Figure]:
        gauge = Gauge("shop_brakes_broken", "Brakes", 1)
        return [Figure(name="brakes", words="broken brakes", value=1, gauge=gauge, problem="1 brake is broken.")]


@pytest.mark.usefixtures("bicycles")
def test_what_an_app_registers_is_told_everywhere(admin_client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    all_is_well()
    with pytest.raises(SystemExit):
        call_command("effects_status", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["brakes"], told["problems"]) == (1, ["1 brake is broken."])
    metrics = admin_client.get("/metrics").content.decode()
    for line in ('shop_bicycles{state="lent"} 2.0', "shop_brakes_broken 1.0", "shop_problems 1.0"):
        assert line in metrics.splitlines(), line
    page = admin_client.get(reverse("admin:index")).content.decode()
    assert "<li>1 brake is broken.</li>" in " ".join(page.split())
    assert "broken brakes" in page


def test_each_problem_leads_to_where_one_acts(admin_client: Client) -> None:
    make_row(is_dead=True)
    make_delivery(timedelta(minutes=11))
    page = admin_client.get(reverse("admin:index")).content.decode()
    links = dict(re.findall(r'<li><a class="underline" href="(.*?)">(.*?)</a></li>', page))
    assert links == {
        reverse("admin:outbox_scheduledstart_changelist"): ANY,
        reverse("admin:outbox_outboxrow_changelist") + "?state=dead": ANY,
        reverse("admin:delivery_delivery_changelist") + "?state=waiting": ANY,
    }
    for address in links:
        assert admin_client.get(address).status_code == 200
