"""Rows whose effect always fails, and a handler that fails for a while."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from outbox.dead_letters import discard_dead_rows
from outbox.models import OutboxRow
from outbox.retry import MOST_ATTEMPTS
from tests.faults.conftest import StartSite
from tests.faults.enduring import AS_USUAL, endure, outbox_rows
from tests.faults.load import Load
from tests.faults.names import POISON
from tests.faults.site import Site
from tests.support.waiting import wait_until

Note = Callable[..., None]
INNOCENT = 20
LAST_WORDS = {
    "raise": "ValueError: poison",
    "memory": "MemoryError",
    "kill": "The worker was lost during every attempt.",
}


@pytest.mark.quick_fault
@pytest.mark.parametrize("how", ["raise"])
@pytest.mark.row("12", "a row whose handler raises", "dead after 8 attempts with its error; all others done")
def test_raises(start_site: StartSite, note: Note, how: str) -> None:
    note(endure_poison(start_site(env={"FAULTS_HURRY": "1"}), how))


@pytest.mark.parametrize("how", ["kill", "memory"])
@pytest.mark.row("12b", "a row that kills its pool process, or exhausts its memory", "the same")
def test_kills(start_site: StartSite, note: Note, how: str) -> None:
    note(endure_poison(start_site(env={"FAULTS_HURRY": "1"}), how), remark=f"({how})")


def endure_poison(site: Site, how: str) -> object:
    def fault(load: Load) -> None:
        with site.orm():
            OutboxRow.objects.bulk_create(
                OutboxRow(effect=POISON, key=str(number), payload={"how": how if number == INNOCENT // 2 else ""})
                for number in range(INNOCENT + 1)
            )
        wait_until(lambda: outbox_rows(site, "is_dead"), "the bad row is dead", 120)
        discard_the_dead(site, how)

    observed = endure(site, fault, only=AS_USUAL)
    assert site.sql("SELECT count(*) FROM workers_analyticsevent WHERE name = %s", POISON) == [(INNOCENT,)]
    return observed


def discard_the_dead(site: Site, how: str) -> None:
    """Discard the dead row as staff do in the admin, after they have seen its error."""
    with site.orm():
        row = OutboxRow.objects.get(is_dead=True)
        assert (row.attempts, row.error.strip(": ")) == (MOST_ATTEMPTS, LAST_WORDS[how])
        boss, _ = User.objects.get_or_create(username="boss")
        assert discard_dead_rows([row.pk], actor=boss, reason="It is poison") == 1


@pytest.mark.row("12c", "a handler that raises for a while", "its rows wait longer each time, then all are done once")
def test_raises_for_a_while(site: Site, note: Note) -> None:
    def fault(load: Load) -> None:
        site.arm("count_raises")
        wait_until(lambda: outbox_rows(site, "attempts > 1") > 0, "rows have failed twice", 60)
        site.disarm("count_raises")

    note(endure(site, fault, only=AS_USUAL))
