"""`parse_line` reads a line of the invoice log, `read_code` its stock code. If it is not goods, they return why."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from inventory.catalogue.rows import LARGEST_PRICE, LARGEST_QUANTITY, PENNY

POSTAGE = "postage and carriage"
FEE = "fees, discounts and manual entries"
VOUCHER = "gift vouchers"
TEST = "test codes"
UNKNOWN_CODE = "stock code of no known form"

# The log's codes that are not goods. Every code in the log that is not a number was checked.
SERVICES = {
    "POST": POSTAGE,
    "DOT": POSTAGE,
    "C2": POSTAGE,
    "C3": POSTAGE,
    "M": FEE,
    "D": FEE,
    "S": FEE,  # samples, charged as a sum
    "B": FEE,  # bad debt
    "BANK CHARGES": FEE,
    "AMAZONFEE": FEE,
    "ADJUST": FEE,
    "CRUK": FEE,  # a charity's commission
    "PADS": FEE,  # "pads to match all cushions" at 0.001 each, added to make an invoice add up
}
# Two codes look like goods and are not: 23444 and 22016. The whole description must match: there is a
# carriage clock.
SERVICE_DESCRIPTIONS = {"NEXT DAY CARRIAGE": POSTAGE}
_VOUCHER_WORDS = "GIFT VOUCHER"

# Five digits and up to two letters; or the web shop's own codes, whose last characters do not name a variant
# (DCGSSBOY and DCGSSGIRL are two party bags, without a common number).
_NUMBERED = re.compile(r"(?P<number>[0-9]{5})(?P<suffix>[A-Z]{0,2})")
_WEB_RANGE = re.compile(r"DCGS[0-9A-Z]{1,16}")


class GoodsCode(NamedTuple):
    """`84997A` has the sku `84997A`, the number `84997` and the suffix `A`. Without letters the suffix is ``""``."""

    sku: str
    number: str
    suffix: str


def read_code(stock_code: str) -> GoodsCode | str:
    """Return the parts of a stock code, or the reason why it is not one of goods.

    Letters become capitals: the log has 84997a for sales of the web shop, and 84997A for others.
    """
    code = stock_code.strip().upper()
    if match := _NUMBERED.fullmatch(code):
        return GoodsCode(code, match["number"], match["suffix"])
    if _WEB_RANGE.fullmatch(code):
        return GoodsCode(code, code, "")
    return _why_not_goods(code)


def service_named(description: str) -> str | None:
    """Return why to skip a line with a goods code whose description names a service, else None."""
    words = description.strip().upper()
    return VOUCHER if _VOUCHER_WORDS in words else SERVICE_DESCRIPTIONS.get(words)


def _why_not_goods(code: str) -> str:
    if code.startswith("GIFT_"):
        return VOUCHER
    if code.startswith("TEST"):
        return TEST
    return SERVICES.get(code, UNKNOWN_CODE)


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
    """Return a charged line of goods, or the reason why the line is not one.

    A line without a price is never charged goods. In this log it is a stock adjustment, and its description is
    often a note by staff ("damaged", "wrongly coded 20713"). No line with a price has such a note, so that notes
    do not become names.
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
    # The log has the shop's local time without a zone, and only its order and days are used. A zone is dropped:
    # a time with a zone cannot be compared with one without.
    return datetime.fromisoformat(text).replace(tzinfo=None)
