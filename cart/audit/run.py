"""Running the audit for the record: what was found is kept for staff, and a difference is logged as an error."""

import logging
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from django.db.models.functions import Now

from cart.audit.check import AuditReport, audit_stock
from cart.audit.repair import fix_stock
from cart.models import StockAudit

logger = logging.getLogger(__name__)

KEEP = timedelta(days=90)
# A shop in which everything is wrong must not write a row of many megabytes; the count is always whole.
_MOST_STORED = 1000


@dataclass(frozen=True)
class AuditRun:
    """What was found, what was done about it, and what is still wrong after that."""

    found: AuditReport
    fixed: list[str] = field(default_factory=list)
    left: AuditReport | None = None

    @property
    def is_clean(self) -> bool:
        """Whether every rule holds now."""
        return (self.left or self.found).is_clean


def run_audit(*, fix: bool = False) -> AuditRun:
    """Audit all stock, correct it if asked to, and keep the result as a `StockAudit` row, 90 days long.

    Looks a second time after a correction, so that what is reported as right has been seen to be right.
    """
    found = audit_stock()
    run = AuditRun(found)
    if fix and not found.is_clean:
        run = AuditRun(found, fix_stock(found), audit_stock())
    _keep(run)
    if not run.is_clean:
        logger.error("the stock audit found %d differences; see manage.py audit_stock", len(found.differences))
    return run


def _keep(run: AuditRun) -> None:
    StockAudit.objects.create(
        variants_checked=run.found.variants_checked,
        difference_count=len(run.found.differences),
        differences=[asdict(difference) for difference in run.found.differences[:_MOST_STORED]],
        fixed=run.fixed[:_MOST_STORED],
        left_count=len((run.left or run.found).differences),
    )
    StockAudit.objects.filter(ran_at__lt=Now() - KEEP).delete()
