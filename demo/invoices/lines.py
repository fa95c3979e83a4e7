"""One line of the invoice log, parsed; whatever cannot be parsed has a reason instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from demo.invoices.codes import GoodsCode, read_code, service_named
from inventory.catalogue.rows import LARGEST_PRICE, LARGEST_QUANTITY, PENNY

LOG_COLUMNS = (
    "invoice_no",
    "stock_code",
    "description",
    "quantity",
    "invoice_date",
    "unit_price",
    "customer_id",
    "country",
)
UNREADABLE = "not readable as an invoice line"
NOT_CHARGED = "no price: stock adjustments, staff notes, give-aways"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One charged line of goods: `quantity` is negative on a cancellation, `unit_price` at least a penny."""

    code: GoodsCode
    description: str
    quantity: int
    invoiced_at: datetime
    unit_price: Decimal


def parse_line(fields: Sequence[str]) -> LogLine | str:
    """Return a line of goods that was charged, or the reason why this one tells nothing about goods.

    A line without a price is never charged goods: in this log it is an adjustment of the stock, and its
    description is then often a note by staff ("damaged", "wrongly coded 20713"). No note stands on a line
    with a price, which is what keeps notes from becoming names.
    """
    if len(fields) != len(LOG_COLUMNS):
        return UNREADABLE
    _, stock_code, description, quantity, invoice_date, unit_price, _, _ = fields
    code = read_code(stock_code)
    if isinstance(code, str):
        return code
    try:
        units, price, moment = _units(quantity), _price(unit_price), _moment(invoice_date)
    except (ValueError, InvalidOperation):
        return UNREADABLE
    if price < PENNY:
        return NOT_CHARGED
    return service_named(description) or LogLine(code, description, units, moment, price)


def _units(text: str) -> int:
    units = int(text)
    if abs(units) > LARGEST_QUANTITY:
        raise ValueError(text)
    return units


def _price(text: str) -> Decimal:
    price = Decimal(text)
    if price > LARGEST_PRICE:  # not a number at all: InvalidOperation
        raise ValueError(text)
    return price.quantize(PENNY)


def _moment(text: str) -> datetime:
    # The log has the shop's local time without a zone; only its order and its days are used. A zone would
    # make two lines incomparable, so it is dropped.
    return datetime.fromisoformat(text).replace(tzinfo=None)
