"""Imports through real workers: ten thousand rows, a worker killed in the middle, two jobs at once."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_celery import CeleryTestWorker

from inventory.imports.importers import read_progress
from inventory.imports.models import ImportJob
from inventory.imports.services import confirm_import, start_import
from inventory.models import ProductVariant, StockMovement
from outbox.models import OutboxRow
from tests.inventory.imports.conftest import make_many
from tests.inventory.imports.test_pages import page_of, send
from tests.support.processes import LocalProcess, start_worker
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
State = ImportJob.State


def state(job: ImportJob) -> str:
    return ImportJob.objects.values_list("state", flat=True).get(pk=job.pk)


def count_file(count: int, counted: int = 7) -> str:
    rows = "".join(f"MANY-{number:05},{counted},Yearly count\n" for number in range(count))
    return f"sku,counted,reason\n{rows}"


def start(manager: User, text: str) -> ImportJob:
    return start_import(kind=ImportJob.Kind.ADJUSTMENTS, file_name="count.csv", content=text.encode(), by=manager)


def assert_counted(count: int, counted: int = 7) -> None:
    """Each variant has the number that was counted, by exactly one movement beside its opening stock."""
    assert not ProductVariant.objects.exclude(stock_quantity=counted).exists()
    movements = StockMovement.objects.exclude(kind="opening")
    assert (movements.count(), movements.order_by().values("variant").distinct().count()) == (count, count)
    assert not movements.exclude(balance_after=counted).exists()


def test_ten_thousand_rows_from_upload_to_ledger(
    client: Client, manager: User, celery_worker: CeleryTestWorker
) -> None:
    make_many(10_000)
    client.force_login(manager)
    send(client, count_file(10_000))
    job, began = ImportJob.objects.defer("text").get(), time.monotonic()
    wait_until(lambda: state(job) == State.CHECKED, "10,000 rows are checked", 120)
    job.refresh_from_db(fields=["preview", "differences"])
    assert job.differences == 10_000
    client.post(page_of(job, "decide"), {"decision": "apply", "preview": job.preview})
    confirmed, steps = time.monotonic(), set()

    def is_applied() -> bool:
        if progress := read_progress(job.pk):
            steps.add((progress.step, progress.done))
        return state(job) == State.APPLIED

    wait_until(is_applied, "10,000 rows are applied", 120)
    ended = time.monotonic()
    print(f"10,000 rows: checked in {confirmed - began:.1f} s, applied in {ended - confirmed:.1f} s")  # noqa: T201
    print("seen of the progress:", sorted(steps))  # noqa: T201
    assert steps
    assert_counted(10_000)


@pytest.fixture
def fragile_worker(transactional_db: None, tmp_path: Path) -> Iterator[LocalProcess]:
    """A worker that dies where a test has put a file of that name."""
    worker = start_worker(tmp_path, application="tests.faults.worker", FAULTS_FOLDER=str(tmp_path))
    worker.ready()
    yield worker
    worker.teardown()


def test_killed_when_all_is_written_and_nothing_committed_it_is_done_again_once(
    fragile_worker: LocalProcess, manager: User, tmp_path: Path
) -> None:
    make_many(200)
    job = start(manager, count_file(200))
    wait_until(lambda: state(job) == State.CHECKED, "the file is checked")
    armed = tmp_path / "handled advance_imports"
    armed.touch()
    confirm_import(job_id=job.pk, preview=1, by=manager)
    wait_until(lambda: not armed.exists(), "the worker dies with everything written")
    wait_until(lambda: state(job) == State.APPLIED, "the import is applied all the same", 150)
    wait_until(lambda: not OutboxRow.objects.filter(effect="advance_imports").exists(), "and nothing more is asked")
    assert_counted(200)


def test_jobs_confirmed_together_are_each_applied_once(manager: User, celery_worker: CeleryTestWorker) -> None:
    """The same change twice, by two files: only the one that comes first finds what its person saw."""
    make_many(50)
    jobs = [start(manager, count_file(50)), start(manager, count_file(50))]
    for job in jobs:
        wait_until(lambda job=job: state(job) == State.CHECKED, f"job {job.pk} is checked")  # type: ignore[misc]
    for job in jobs:
        confirm_import(job_id=job.pk, preview=1, by=manager)
    wait_until(lambda: not OutboxRow.objects.filter(effect="advance_imports").exists(), "both are looked at")
    assert sorted(map(state, jobs)) == [State.APPLIED, State.CHECKED]
    assert_counted(50)
