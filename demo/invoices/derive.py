"""`INVOICE_LOG`: the reader of an invoice log for an import. It makes rows of a catalogue from the lines of the log."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from demo.invoices.lines import LOG_COLUMNS, GoodsCode, LogLine, parse_line
from demo.invoices.naming import family_names
from demo.invoices.titles import title_of
from inventory.catalogue.reading import Reader, Reading
from inventory.catalogue.rows import LARGEST_QUANTITY, LONGEST_NAME, STOCK_DAYS, CatalogueRow

NO_NAME = "goods that no line names"


@dataclass(slots=True)
class Gathered:
    """What the lines so far say about one stock code."""

    code: GoodsCode
    lines: int = 0
    units_sold: int = 0
    price: Decimal = Decimal(0)
    priced_at: datetime | None = None
    titles: Counter[str] = field(default_factory=Counter)

    def add(self, line: LogLine) -> None:
        self.lines += 1
        self.units_sold += line.quantity
        self.titles[line.description] += 1
        if (
            self.priced_at is None or line.invoiced_at >= self.priced_at
        ):  # of two lines at one moment, the later in the file
            self.price, self.priced_at = line.unit_price, line.invoiced_at

    def title(self) -> str:
        """Return the most common description that can be a name, the first seen of equally common ones; or ""."""
        titles: Counter[str] = Counter()
        for description, times in self.titles.items():
            titles[title_of(description)] += times
        titles.pop("", None)
        return titles.most_common(1)[0][0][:LONGEST_NAME].strip() if titles else ""


class Derivation:
    """Collects lines, and then gives the rows, and the number of lines whose goods have no name."""

    def __init__(self) -> None:
        self._gathered: dict[str, Gathered] = {}
        self._days: set[date] = set()

    def add(self, line: LogLine) -> None:
        sku = line.code.sku
        if sku not in self._gathered:
            self._gathered[sku] = Gathered(line.code)
        self._gathered[sku].add(line)
        self._days.add(line.invoiced_at.date())

    def nameless_lines(self) -> int:
        return sum(item.lines for item in self._gathered.values() if not item.title())

    def rows(self) -> list[CatalogueRow]:
        """Return the catalogue, ordered by sku: a row for each stock code that has a name and a price."""
        families: dict[str, list[tuple[Gathered, str]]] = defaultdict(list)
        for item in self._gathered.values():
            if title := item.title():
                families[item.code.number].append((item, title))
        rows = [row for family in families.values() for row in self._family_rows(family)]
        return sorted(rows, key=lambda row: row.sku)

    def _family_rows(self, family: list[tuple[Gathered, str]]) -> Iterable[CatalogueRow]:
        family = sorted(family, key=lambda pair: (-pair[0].lines, pair[0].code.sku))
        product_name, names = family_names([title for _, title in family], [item.code.suffix for item, _ in family])
        for (item, _), name in zip(family, names, strict=True):
            stock = opening_stock(item.units_sold, days=self._length())
            yield CatalogueRow(item.code.sku, item.code.number, product_name, name, item.price, stock)

    def _length(self) -> int:
        return (max(self._days) - min(self._days)).days + 1


def opening_stock(units_sold: int, *, days: int) -> int:
    """Return the units sold in 91 days, rounded up. `units_sold` is the net sales of the `days` of the log.

    A shorter log gives its whole sales. The result is never below 0, and never above the maximum of the column.
    """
    per_quarter = -(-units_sold * STOCK_DAYS // max(days, STOCK_DAYS))
    return min(max(per_quarter, 0), LARGEST_QUANTITY)


def _read_log(lines: Iterator[list[str]]) -> Reading:
    derivation, skipped, read = Derivation(), Counter[str](), 0
    for fields in lines:
        read += 1
        line = parse_line(fields)
        if isinstance(line, str):
            skipped[line] += 1
        else:
            derivation.add(line)
    if nameless := derivation.nameless_lines():
        skipped[NO_NAME] = nameless
    return Reading(derivation.rows(), read, read - skipped.total(), skipped)


INVOICE_LOG = Reader("an invoice log", LOG_COLUMNS, _read_log)
