"""The two kinds of imports: how each is planned and carried out, and who may import it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.text import counted
from inventory.imports.adjustments import StockPlan, plan_adjustments, require_adjustments
from inventory.imports.catalogue import CataloguePlan, plan_catalogue, require_catalogue
from inventory.imports.changing import change_catalogue
from inventory.imports.models import ImportJob
from inventory.imports.progress import Progress, note_progress
from inventory.services.bulk import move_stock_in_bulk

_LONGEST_CAUSE = 100


@dataclass(frozen=True)
class Importer:
    """One kind: `require` refuses a wrong header, `plan` looks, `carry_out` writes and says what it did."""

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
    """What the ledger and the price history name as the cause."""
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
