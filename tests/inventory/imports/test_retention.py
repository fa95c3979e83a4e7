"""Files of long ago are dropped; what was done by them stays known."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from inventory.imports.models import ImportJob
from inventory.imports.services import drop_old_files
from inventory.models import ProductVariant
from tests.inventory.imports.conftest import Upload, advanced

pytestmark = pytest.mark.django_db


def a_month_ago() -> None:
    ImportJob.objects.update(created_at=Now() - timedelta(days=31))


def kept(job: ImportJob) -> tuple[str, bool, int]:
    """State, whether the text is there, and the lines of its preview."""
    job.refresh_from_db()
    return job.state, bool(job.text), job.lines.count()


@pytest.fixture
def checked(upload: Upload, variant: ProductVariant) -> ImportJob:
    return upload("sku,delta,reason", f"{variant.sku},3,Found some")


def test_a_new_one_is_left_alone(checked: ImportJob) -> None:
    assert drop_old_files() == 0
    assert kept(checked) == ("checked", True, 1)


def test_one_that_was_applied_stays_as_a_record(checked: ImportJob, confirm: Callable[[ImportJob], ImportJob]) -> None:
    advanced(confirm(checked))
    a_month_ago()
    assert [drop_old_files(), drop_old_files()] == [1, 0]
    assert kept(checked) == ("applied", False, 0)


def test_one_that_waits_for_a_decision_is_cancelled(checked: ImportJob) -> None:
    a_month_ago()
    assert drop_old_files() == 1
    assert kept(checked) == ("cancelled", False, 0)


def test_one_that_is_being_applied_keeps_its_file(
    checked: ImportJob, confirm: Callable[[ImportJob], ImportJob]
) -> None:
    job = confirm(checked)
    a_month_ago()
    assert drop_old_files() == 0
    assert kept(job) == ("applying", True, 1)
