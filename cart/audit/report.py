"""What an audit found, as values that print and go into JSON."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Rule(StrEnum):
    """What must hold of every variant, by the short name that reports use."""

    RESERVED = "reserved"  # reserved_quantity is the sum of what the lines of carts hold
    ON_HAND = "on_hand"  # stock_quantity + reserved_quantity is the sum of the ledger
    LEDGER_CHAIN = "ledger_chain"  # each balance in the ledger is the sum of the movements so far
    CLOSED_CART = "closed_cart"  # a cart that is not open holds nothing


_SENTENCES = {
    Rule.RESERVED: "{stored} reserved, but the lines of carts hold {computed}",
    Rule.ON_HAND: "{stored} on hand, but the ledger adds up to {computed}",
    Rule.LEDGER_CHAIN: "movement {about_id} says {stored} on hand after it, but the movements up to it make {computed}",
    Rule.CLOSED_CART: "cart {about_id} is closed and still holds {stored}",
}


@dataclass(frozen=True)
class Difference:
    """One rule that does not hold of one variant: the units stored, and the units they should be.

    `about_id` is the cart (rule `closed_cart`) or the first bad movement (`ledger_chain`), else None.
    """

    variant_id: int
    sku: str
    rule: Rule
    stored: int
    computed: int
    about_id: int | None = None

    def __str__(self) -> str:
        return f"{self.sku} (variant {self.variant_id}): {_SENTENCES[self.rule].format(**asdict(self))}"


@dataclass(frozen=True)
class AuditReport:
    """How many variants were looked at, and every difference, ordered by variant and rule."""

    variants_checked: int
    differences: list[Difference] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.differences

    @property
    def variant_ids(self) -> list[int]:
        """The variants with a difference, each once, in id order."""
        return sorted({difference.variant_id for difference in self.differences})

    def as_json(self) -> dict[str, Any]:
        """The report in types that JSON has."""
        return asdict(self)
