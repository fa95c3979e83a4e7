"""`Row`, a line of the cart as a page shows it, and `LineFacts`, the key of its cached fragment."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings

from cart.models import CartItem
from inventory.unit_price import unit_price
from shop.cart.refusals import Problem
from shop.catalog.pictures import Pictured, pictured
from shop.wording import full_name


@dataclass(frozen=True)
class Row:
    """A line as the page shows it. `quantity` is the text of its field: what was typed, if that was refused."""

    line: CartItem
    quantity: str
    problem: Problem | None = None

    @property
    def is_held(self) -> bool:
        return bool(self.line.is_held)  # type: ignore[attr-defined]

    @property
    def most(self) -> int:
        """The most that its field takes: what it holds, and more up to what is free and the cap of a line."""
        held, free = self.line.reserved_quantity, self.line.available  # type: ignore[attr-defined]
        return max(held, min(held + int(free), int(settings.SHOP_MAX_UNITS_PER_LINE)))

    @property
    def times_left(self) -> int:
        """How often its hold may still be extended."""
        if not (self.is_held and self.line.product_variant.is_active):
            return 0
        return max(0, int(settings.SHOP_HOLD_EXTENSIONS) - self.line.hold_extensions)

    @property
    def new_price(self) -> Decimal | None:
        """The variant's price now, where it differs from the line's."""
        price = self.line.product_variant.price_now
        return price if price != self.line.price else None


class LineFacts(NamedTuple):
    """All that a line of the cart says beside its id and what was typed: the key of its cached fragment."""

    page: str
    name: str
    sku: str
    picture: Pictured
    price: Decimal
    per_unit: str
    new_price: Decimal | None
    total: Decimal
    is_held: bool
    most: int
    problem: str | None
    offer: int | None


def line_facts(row: Row) -> LineFacts:
    """What the cart says of this line. `problem` is why its last change was refused, `offer` what could be had."""
    line, variant = row.line, row.line.product_variant
    return LineFacts(
        page=variant.get_absolute_url(),
        name=full_name(variant),
        sku=variant.sku,
        picture=pictured(variant.product, variant),
        price=line.price,
        per_unit=unit_price(variant.content, line.price),
        new_price=row.new_price,
        total=line.total_price,
        is_held=row.is_held,
        most=row.most,
        problem=row.problem.text if row.problem else None,
        offer=row.problem.offer if row.problem else None,
    )
