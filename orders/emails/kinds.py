"""`EmailKind`, what an e-mail about an order is for, and `About`, what it tells of besides the order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any


class EmailKind(StrEnum):
    """What an e-mail about an order is for. The values are in rows of the outbox and in keys of deliveries."""

    PLACED = "placed"
    PAID = "paid"
    PAYMENT_REFUSED = "payment_refused"
    SHIPPED = "shipped"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    MONEY_SENT = "money_sent"
    ADDRESS_CHANGED = "address_changed"


@dataclass(frozen=True)
class EmailNote:
    """What another app adds at the end of an e-mail: text, and a link with its words. The text may have paragraphs."""

    link: str
    link_text: str
    title: str = ""
    text: str = ""


@dataclass(frozen=True)
class About:
    """What an e-mail tells of: the id of a shipment, of a refund, of a payment, or of an entry of the log.

    0 is the order itself. `units` came back, by line id, and `amount` is owed for them.
    """

    row: int = 0
    units: Mapping[int, int] = field(default_factory=dict)
    amount: Decimal = Decimal(0)

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> "About":
        """What the payload of an effect says. Version 1.0 wrote none of it."""
        units = {int(line): count for line, count in payload.get("units", {}).items()}
        return cls(row=payload.get("about", 0), units=units, amount=Decimal(payload.get("amount", 0)))
