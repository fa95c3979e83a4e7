"""`IMPORTERS`: how each kind of import is planned and carried out, and who may import it; and a worker's progress.

Progress is in Redis, since a transaction shows nothing before its end. Only the page's progress bar depends on it.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from core.redis import client, try_redis
from core.text import counted
from inventory.imports.adjustments import StockPlan, plan_adjustments, require_adjustments
from inventory.imports.catalogue import CataloguePlan, plan_catalogue, require_catalogue
from inventory.imports.catalogue_changes import change_catalogue
from inventory.imports.models import ImportJob
from inventory.services.bulk import move_stock_in_bulk

_LIFE = 60  # seconds; a worker that died says nothing more


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done, and how much of it."""

    step: str
    done: int = 0
    of: int = 0

    @property
    def percent(self) -> int:
        return 100 * self.done // self.of if self.of else 0


def note_progress(job_id: int, progress: Progress) -> None:
    """Store the progress of a job for a minute."""
    try_redis(lambda: client().set(_key(job_id), json.dumps(asdict(progress)), ex=_LIFE), otherwise=None)


def read_progress(job_id: int) -> Progress | None:
    """Return the progress of a job, None if a worker has stored none."""
    found = try_redis(lambda: client().get(_key(job_id)), otherwise=None)
    return Progress(**json.loads(found)) if isinstance(found, bytes) else None


def forget_progress(job_id: int) -> None:
    """Delete the progress of a job that has ended."""
    try_redis(lambda: client().delete(_key(job_id)), otherwise=None)


def _key(job_id: int) -> str:
    return f"import:{job_id}:progress"


_LONGEST_CAUSE = 100


@dataclass(frozen=True)
class Importer:
    """One kind of import: `require` refuses a wrong header, `plan` reads, `carry_out` writes and says what it did."""

    permission: str
    require: Callable[[str], list[str]]
    plan: Callable[[str], Any]
    carry_out: Callable[[ImportJob, Any], str]


def _carry_out_adjustments(job: ImportJob, plan: StockPlan) -> str:
    moves = plan.moves
    move_stock_in_bulk(
        moves=moves,
        cause=cause_of(job),
        actor=job.confirmed_by,
        on_progress=lambda done: note_progress(job.pk, Progress("Writing the ledger", done, len(moves))),
    )
    added = sum(move.delta for move in moves if move.delta > 0)
    taken = -sum(move.delta for move in moves if move.delta < 0)
    made = counted(len(moves), "stock movement", "stock movements")
    return f"{made}: {counted(added, 'unit', 'units')} added, {taken:,} taken."


def _carry_out_catalogue(job: ImportJob, plan: CataloguePlan) -> str:
    note_progress(job.pk, Progress("Writing the catalogue", 0, len(plan.differences)))
    return change_catalogue(plan, cause=cause_of(job), actor=job.confirmed_by)


def cause_of(job: ImportJob) -> str:
    """Return the cause that the ledger and the price history name."""
    return f"import {job.pk}: {job.file_name}"[:_LONGEST_CAUSE]


IMPORTERS = {
    ImportJob.Kind.ADJUSTMENTS: Importer(
        "inventory.import_stock", require_adjustments, plan_adjustments, _carry_out_adjustments
    ),
    ImportJob.Kind.CATALOGUE: Importer(
        "inventory.import_catalogue", require_catalogue, plan_catalogue, _carry_out_catalogue
    ),
}


def importer_of(job: ImportJob) -> Importer:
    """The importer of a job's kind."""
    return IMPORTERS[ImportJob.Kind(job.kind)]
