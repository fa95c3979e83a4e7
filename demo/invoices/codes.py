"""What a stock code says: the product's number and the variant's letter, or why it stands for no goods."""

import re
from typing import NamedTuple

POSTAGE = "postage and carriage"
FEE = "fees, discounts and manual entries"
VOUCHER = "gift vouchers"
TEST = "test codes"
UNKNOWN_CODE = "stock code of no known form"

# The log's own codes that are no goods: every one that is not a number was looked at.
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
# Two codes look like goods and are not, 23444 and 22016. A part of a description will not do: there is a
# carriage clock.
SERVICE_DESCRIPTIONS = {"NEXT DAY CARRIAGE": POSTAGE}
_VOUCHER_WORDS = "GIFT VOUCHER"

# Five digits and up to two letters; or the web shop's own range, whose last characters are no variant
# (DCGSSBOY and DCGSSGIRL are two party bags, without a common number).
_NUMBERED = re.compile(r"(?P<number>[0-9]{5})(?P<suffix>[A-Z]{0,2})")
_WEB_RANGE = re.compile(r"DCGS[0-9A-Z]{1,16}")


class GoodsCode(NamedTuple):
    """`84997A` is sku `84997A`, number `84997`, suffix `A`; a code without letters has the suffix ``""``."""

    sku: str
    number: str
    suffix: str


def read_code(stock_code: str) -> GoodsCode | str:
    """Return the parts of a stock code, or the reason why it is not one of goods.

    Letters count in capitals: the log writes 84997a where the web shop sold it and 84997A elsewhere.
    """
    code = stock_code.strip().upper()
    if match := _NUMBERED.fullmatch(code):
        return GoodsCode(code, match["number"], match["suffix"])
    if _WEB_RANGE.fullmatch(code):
        return GoodsCode(code, code, "")
    return _why_not_goods(code)


def service_named(description: str) -> str | None:
    """Return the reason to skip a line whose description names a service under a goods code, else None."""
    words = description.strip().upper()
    return VOUCHER if _VOUCHER_WORDS in words else SERVICE_DESCRIPTIONS.get(words)


def _why_not_goods(code: str) -> str:
    if code.startswith("GIFT_"):
        return VOUCHER
    if code.startswith("TEST"):
        return TEST
    return SERVICES.get(code, UNKNOWN_CODE)
