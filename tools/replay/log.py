"""`read_log` reads an invoice log as visits of shoppers. `Account` counts the outcomes of their lines."""

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from demo.invoices.lines import LOG_COLUMNS, LogLine, parse_line
from inventory.catalogue.reading import Progress, csv_rows, silent
from inventory.errors import CatalogueFileError

NOT_BOUGHT = "no units: corrections between invoices"
NOT_BROUGHT_BACK = "a return of no units"


@dataclass(frozen=True, slots=True)
class VisitLine:
    """Units of one variant, 1 or more, bought or returned."""

    sku: str
    units: int


@dataclass(slots=True)
class Visit:
    """One invoice. `customer` is empty if the log names none."""

    invoice: str
    customer: str
    moment: datetime
    lines: list[VisitLine] = field(default_factory=list)

    @property
    def is_return(self) -> bool:
        return self.invoice.startswith("C")

    @property
    def who(self) -> str:
        """The shopper: the customer of all their invoices, else the unnamed one of this invoice."""
        return self.customer or self.invoice


@dataclass(slots=True)
class ReplayLog:
    """Visits in the order of the log. `read` counts the lines of all visits and the `skipped` lines."""

    visits: list[Visit]
    read: int
    skipped: Counter[str]

    @property
    def lines(self) -> int:
        return sum(len(visit.lines) for visit in self.visits)


def read_log(path: Path, progress: Progress = silent) -> ReplayLog:
    """Read an invoice log, compressed or not. Raises CatalogueFileError, which says what to do next."""
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


class Outcome(StrEnum):
    """The outcome of a line, in the words of the report."""

    SOLD = "sold"
    ONLY_N_LEFT = "refused: fewer were left"
    ALL_IN_CARTS = "refused: all in other carts"
    SOLD_OUT = "refused: sold out"
    NOT_SOLD_HERE = "refused: not sold here"
    ORDER_REFUSED = "in a cart, but its order was refused"
    RETURNED = "returned"
    PARTLY_RETURNED = "returned in part; the rest was not bought here"
    NOT_BOUGHT_HERE = "not returned: not bought here, or returned before"
    FAILED = "failed"


@dataclass
class Account:
    """Lines and units by outcome, and the first errors. Safe for several threads."""

    lines: Counter[Outcome] = field(default_factory=Counter)
    units: Counter[Outcome] = field(default_factory=Counter)
    visits: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, outcome: Outcome, units: int) -> None:
        """Count one line and its units."""
        with self._lock:
            self.lines[outcome] += 1
            self.units[outcome] += units

    def count_visit(self, kind: str) -> None:
        with self._lock:
            self.visits[kind] += 1

    def note_error(self, text: str) -> None:
        """Store an error that no shop should answer with. Only the first ten are shown."""
        with self._lock:
            if len(self.errors) < 10:
                self.errors.append(text)

    @property
    def lines_done(self) -> int:
        return sum(self.lines.values())
