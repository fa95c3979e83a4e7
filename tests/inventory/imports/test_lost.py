"""An import that no worker would come to any more says so on its page, and can be tried again there."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from inventory.errors import ImportNotWaiting
from inventory.imports.applying import fail_lost_imports
from inventory.imports.models import ImportJob
from inventory.imports.services import retry_import
from inventory.models import ProductVariant
from outbox.dead_letters import discard_dead_rows
from outbox.drain import drain
from outbox.models import OutboxRow
from outbox.retry import MOST_ATTEMPTS
from tests.inventory.imports.conftest import Upload, advanced
from tests.inventory.imports.test_pages import page_of
from tests.support.pages import locked_by_a_rival
from tests.support.shopping import stock

pytestmark = pytest.mark.django_db(transaction=True)
State = ImportJob.State
EFFECT = "advance_imports"


@pytest.fixture
def staff(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


@pytest.fixture
def confirmed(upload: Upload, confirm: Callable[[ImportJob], ImportJob], variant: ProductVariant) -> ImportJob:
    """Three units more of `variant`, to be applied."""
    job = upload("sku,delta,reason", f"{variant.sku},3,Found some")
    OutboxRow.objects.all().delete()
    return confirm(job)


def die(job: ImportJob) -> None:
    """Let the row fail in its last attempt: its job is locked, as in all attempts before."""
    OutboxRow.objects.update(attempts=MOST_ATTEMPTS - 1)
    with locked_by_a_rival("inventory_importjob", job.pk):
        drain(EFFECT)
    assert OutboxRow.objects.get(effect=EFFECT).is_dead


def text(client: Client, job: ImportJob) -> str:
    return client.get(page_of(job)).content.decode()


def test_its_page_says_why_and_offers_another_try(staff: Client, confirmed: ImportJob, variant: ProductVariant) -> None:
    die(confirmed)
    assert "A worker takes it in a moment" in text(staff, confirmed)
    assert [fail_lost_imports(), fail_lost_imports()] == [1, 0]
    page = text(staff, confirmed)
    assert f"tried {MOST_ATTEMPTS} times, at last with this: OperationalError: canceling statement" in page
    assert "Check it again</button>" in " ".join(page.split()).replace(" <", "<")
    staff.post(page_of(confirmed, "decide"), {"decision": "retry"})
    assert OutboxRow.objects.get(effect=EFFECT).attempts == 0
    job = advanced(confirmed)
    assert (job.state, job.preview, job.problem, job.confirmed_by) == (State.CHECKED, 2, "", None)
    staff.post(page_of(job, "decide"), {"decision": "apply", "preview": job.preview})
    assert advanced(job).state == State.APPLIED
    assert stock(variant) == (13, 0)


def test_a_row_that_staff_discarded_leaves_no_import_behind(staff: Client, manager: User, confirmed: ImportJob) -> None:
    die(confirmed)
    discard_dead_rows(OutboxRow.objects.values_list("pk", flat=True), actor=manager, reason="Too large")
    assert fail_lost_imports() == 1
    assert "What waited for a worker was discarded." in text(staff, confirmed)


@pytest.mark.parametrize("attempts", [0, 3])
def test_one_that_a_worker_will_come_to_is_left_alone(confirmed: ImportJob, attempts: int) -> None:
    OutboxRow.objects.update(attempts=attempts)
    assert fail_lost_imports() == 0
    assert advanced(confirmed).state == State.APPLIED


def test_one_that_a_worker_is_at_is_left_alone(confirmed: ImportJob) -> None:
    """The worker's row may be gone from sight already."""
    OutboxRow.objects.all().delete()
    with locked_by_a_rival("inventory_importjob", confirmed.pk):
        assert fail_lost_imports() == 0
    assert fail_lost_imports() == 1


def test_only_what_failed_and_has_its_file_is_tried_again(staff: Client, manager: User, confirmed: ImportJob) -> None:
    with pytest.raises(ImportNotWaiting):
        retry_import(job_id=confirmed.pk, by=manager)
    die(confirmed)
    fail_lost_imports()
    ImportJob.objects.update(text="")
    assert "Check it again</button>" not in text(staff, confirmed)
    staff.post(page_of(confirmed, "decide"), {"decision": "retry"})
    assert "Upload its file once more" in text(staff, confirmed)
    assert ImportJob.objects.get().state == State.FAILED
