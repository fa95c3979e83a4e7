"""Staff see what beat starts, how often, when last, and how that went."""

from datetime import timedelta
from pathlib import Path

import pytest
from celery.schedules import crontab
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_celery_results.models import TaskResult

from backoffice.roles import CLERK, MANAGER
from outbox.heartbeat import note_starts
from outbox.models import ScheduledStart
from tests.support.processes import start_beat
from tests.support.waiting import wait_until
from workers.admin import in_words, scheduled_jobs
from workers.schedule import BEAT_SCHEDULE

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "admin:outbox_scheduledstart_changelist"


def test_every_entry_says_what_it_does_and_how_often() -> None:
    jobs = scheduled_jobs()
    assert {job.name for job in jobs} == set(BEAT_SCHEDULE)
    assert all(job.meaning and job.every for job in jobs)
    (sweep,) = [job for job in jobs if job.name == "sweep_holds"]
    assert (sweep.meaning, sweep.every) == ("Give back the units of holds that ran out.", "every 30 s")
    assert (sweep.sent_at, sweep.result) == (None, None)


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (timedelta(minutes=1), "every 60 s"),
        (crontab(minute="7"), "each hour at :07"),
        (crontab(hour="3", minute="37"), "each day at 03:37"),
    ],
)
def test_schedules_in_words(schedule: object, words: str) -> None:
    assert in_words(schedule) == words


def test_the_last_start_and_the_last_result_are_shown() -> None:
    now = timezone.now()
    note_starts({"sweep_holds": now - timedelta(hours=1), "sweep_keys": now})
    note_starts({"sweep_holds": now})
    for number in (1, 2):
        TaskResult.objects.create(task_id=str(number), task_name="sweep_holds", status="SUCCESS", result=str(number))
    (sweep,) = [job for job in scheduled_jobs() if job.name == "sweep_holds"]
    assert sweep.sent_at == now
    assert sweep.result
    assert sweep.result.result == "2"


def test_beat_notes_what_it_has_sent(tmp_path: Path) -> None:
    beat = start_beat(tmp_path)
    try:
        wait_until(ScheduledStart.objects.filter(name="sweep_outbox").exists, "the sweep is noted")
    finally:
        beat.teardown()
    assert not ScheduledStart.objects.filter(name="audit_stock").exists()


@pytest.mark.parametrize(("role", "status"), [(CLERK, 200), (MANAGER, 200), (None, 403)])
def test_the_page_is_for_those_who_may_see_it(client: Client, role: str | None, status: int) -> None:
    user = User.objects.create_user("somebody", is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    client.force_login(user)
    assert client.get(reverse(PAGE)).status_code == status


def test_the_page_costs_few_statements(client: Client) -> None:
    """Session; user; second factor; starts; results."""
    client.force_login(User.objects.create_superuser("boss"))
    with CaptureQueriesContext(connection) as statements:
        page = client.get(reverse(PAGE)).content.decode()
    assert len(statements) == 5, statements.captured_queries
    assert "Give back the units of holds that ran out." in page
