"""The invoice log as visits of shoppers, and what of it is no visit, by reason."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from inventory.catalogue.files import CatalogueFileError, Progress, csv_rows, silent
from inventory.catalogue.lines import LOG_COLUMNS, LogLine, parse_line

NOT_BOUGHT = "no units: corrections between invoices"
NOT_BROUGHT_BACK = "a return of no units"


@dataclass(frozen=True, slots=True)
class VisitLine:
    """So many units of one variant, 1 or more, bought or brought back."""

    sku: str
    units: int


@dataclass(slots=True)
class Visit:
    """One invoice. `customer` is empty where the log names nobody."""

    invoice: str
    customer: str
    moment: datetime
    lines: list[VisitLine] = field(default_factory=list)

    @property
    def is_return(self) -> bool:
        return self.invoice.startswith("C")

    @property
    def who(self) -> str:
        """The shopper: a customer over all invoices, else whoever has this one."""
        return self.customer or self.invoice


@dataclass(slots=True)
class ReplayLog:
    """Visits in the order of the log; `read` lines are the lines of all visits and the `skipped` ones."""

    visits: list[Visit]
    read: int
    skipped: Counter[str]

    @property
    def lines(self) -> int:
        return sum(len(visit.lines) for visit in self.visits)


def read_log(path: Path, progress: Progress = silent) -> ReplayLog:
    """Read an invoice log, packed or not. Raises CatalogueFileError, with what to do next."""
    with csv_rows(path, progress) as rows:
        header = tuple(name.strip() for name in next(rows, []))
        if header != LOG_COLUMNS:
            raise CatalogueFileError(f"{path}: an invoice log has the columns {', '.join(LOG_COLUMNS)}.")
        return _visits(rows)


def _visits(rows: Iterable[list[str]]) -> ReplayLog:
    visits: dict[str, Visit] = {}
    skipped, read = Counter[str](), 0
    for fields in rows:
        read += 1
        line = parse_line(fields)
        if isinstance(line, str):
            skipped[line] += 1
        elif reason := _add(visits, invoice=fields[0].strip(), customer=fields[6].strip(), line=line):
            skipped[reason] += 1
    return ReplayLog(sorted(visits.values(), key=lambda visit: visit.moment), read, skipped)


def _add(visits: dict[str, Visit], *, invoice: str, customer: str, line: LogLine) -> str | None:
    is_return = invoice.startswith("C")
    units = -line.quantity if is_return else line.quantity
    if units <= 0:
        return NOT_BROUGHT_BACK if is_return else NOT_BOUGHT
    visit = visits.setdefault(invoice, Visit(invoice, customer, line.invoiced_at))
    visit.lines.append(VisitLine(line.code.sku, units))
    return None
