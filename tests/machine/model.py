"""The rules of the cart in plain Python: dicts and integers, no database, no clock, no concurrency.

It is written from the rulebook ("Adding to the cart"), so that a fault in the services is not repeated here.
A hold is LIVE, ENDED (its time is over, its units are still counted) or NONE (its units went back).
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum

LINE_CAP, CART_CAP, MOST_EXTENSIONS = 6, 9, 2


class Hold(Enum):
    LIVE = "live"
    ENDED = "ended"
    NONE = "none"


@dataclass(unsafe_hash=True)
class Refused(Exception):
    """The name of the refusal's type, and its numbers."""

    kind: str
    numbers: tuple[object, ...] = ()

    @property
    def answer(self) -> object:
        """What the shopper is told: a repeated request is no refusal, but it changes nothing either."""
        return True if self.kind == "replayed" else self


@dataclass
class Variant:
    free: int
    price: Decimal
    reserved: int = 0
    active: bool = True


@dataclass
class Cart:
    owner: str
    status: str = "open"
    version: int = 0


@dataclass
class Line:
    """`until` is what the database said when the hold began; None until the test has looked."""

    cart: int
    variant: int
    quantity: int
    price: Decimal
    hold: Hold = Hold.NONE
    until: datetime | None = None
    extensions: int = 0

    @property
    def reserved(self) -> int:
        return 0 if self.hold is Hold.NONE else self.quantity

    def begin(self, until: datetime | None = None) -> None:
        self.hold, self.until, self.extensions = Hold.LIVE, until, 0

    def end(self) -> None:
        self.hold, self.until, self.extensions = Hold.NONE, None, 0


@dataclass
class Shop:
    """Everything there is. Ids of new carts and lines are negative until the test has looked."""

    variants: dict[int, Variant] = field(default_factory=dict)
    carts: dict[int, Cart] = field(default_factory=dict)
    lines: dict[int, Line] = field(default_factory=dict)
    keys: dict[str, tuple[object, ...]] = field(default_factory=dict)
    _next: int = 0

    # --- commands

    def add(self, owner: str, variant: int, quantity: int, key: str | None) -> bool:
        """Returns whether it was done before: False, or by a refusal that is none (`Refused.answer`)."""
        _check_quantity(quantity)
        if self._cart(owner) is None and self._is_retired(owner):
            raise Refused("GuestTokenRetired")
        self._claim(key, (owner, "add", quantity, variant))
        cart = self._open(owner)
        line = self._line_of(cart, variant)
        self._write(cart, line, variant, (self.lines[line].quantity if line else 0) + quantity)
        return False

    def set_quantity(self, owner: str, line: int, quantity: int | None, key: str | None) -> bool:
        """A quantity of None takes the units of a run-out line again; 0 removes the line."""
        if quantity:
            _check_quantity(quantity)
        cart = self._cart(owner)
        if cart is None:
            raise Refused("LineNotFound")
        self._claim(key, (owner, "set", line, quantity))
        if line not in self.lines_in(cart):
            raise Refused("LineNotFound")
        if quantity == 0:
            self.delete_line(line)
        else:
            self._write(cart, line, self.lines[line].variant, quantity or self.lines[line].quantity)
        return False

    def retake_all(self, owner: str) -> list[int]:
        """Returns the variants of the lines that are held again."""
        cart, held = self._cart(owner), []
        expired = [line for line in (self._lines(cart) if cart else ()) if line.hold is not Hold.LIVE]
        for line in sorted(expired, key=lambda line: line.variant):
            try:
                self._take(line.cart, line.variant, line.quantity - line.reserved)
            except Refused:
                continue
            line.price = self.variants[line.variant].price
            line.begin()
            held.append(line.variant)
        if cart and held:
            self.carts[cart].version += 1
        return held

    def remove(self, owner: str, line: int) -> None:
        cart = self._cart(owner)
        if cart is None or line not in self.lines_in(cart):
            raise Refused("LineNotFound")
        self.delete_line(line)

    def keep(self, owner: str, until: datetime) -> int:
        """Extends the holds that end until this moment, which is half of a hold's life from now."""
        cart, kept = self._cart(owner), 0
        may = [
            line
            for line in (self._lines(cart) if cart else ())
            if line.hold is Hold.LIVE and line.extensions < MOST_EXTENSIONS and self.variants[line.variant].active
        ]
        if may and all(line.until and line.until > until for line in may):
            raise Refused("TooEarlyToExtend")
        for line in may:
            if line.until and line.until <= until:
                line.extensions, line.until, kept = line.extensions + 1, None, kept + 1
        return kept

    def merge(self, guest: str, user: str) -> list[tuple[int, int, int]]:
        """Units of each of the guest's lines before and after, by variant."""
        guest_cart = self._cart(guest)
        if guest_cart is None:
            return []
        is_opened = self._cart(user) is None
        cart, told = self._open(user), []
        room = CART_CAP - sum(line.quantity for line in self._lines(cart))
        for line in sorted(self.lines_in(guest_cart), key=lambda pk: self.lines[pk].variant):
            own = self._line_of(cart, self.lines[line].variant)
            had = self.lines[own].quantity if own else 0
            before = self.lines[line].quantity + had
            wanted = max(had, min(before, LINE_CAP, had + max(room, 0)))
            variant, after = self.lines[line].variant, self._merge_line(guest_cart, cart, line, own, wanted)
            room -= after - had
            told.append((variant, before, after))
        self.carts[cart].version += is_opened + any(after for _, _, after in told)  # a cart is opened claimed
        self.carts[guest_cart].version += 1
        self.carts[guest_cart].status = "merged"
        return told

    def sweep(self) -> int:
        ended = [line for line in self.lines.values() if line.hold is Hold.ENDED]
        for line in ended:
            self._release(line)
        return len(ended)

    def abandon(self, cart: int) -> int:
        """Returns how many were closed."""
        for line in self._lines(cart):
            self._release(line)
        self.carts[cart].status = "abandoned"
        return 1

    def move(self, variant: int, delta: int) -> None:
        if self.variants[variant].free + delta < 0:
            raise Refused("StockWouldBeNegative", (self.variants[variant].free, delta))
        self.variants[variant].free += delta

    # --- what a shell does

    def save(self, line: int, cart: int, variant: int, quantity: int, price: Decimal, fields: set[str] | None) -> None:
        """Save an instance that says this, all of it or these fields, whatever became of its row."""
        if cart not in self.carts or self.carts[cart].status != "open":
            raise Refused("CartClosed")
        if line in self.lines and self.lines[line].cart != cart:
            raise Refused("LineMoved")
        if line in self.lines:
            self._save_row(self.lines[line], variant, quantity, price, fields)
        else:
            self._save_new(line, cart, variant, quantity, price, in_part=fields is not None)
        self.carts[cart].version += 1

    def _save_row(self, row: Line, variant: int, quantity: int, price: Decimal, fields: set[str] | None) -> None:
        if variant != row.variant:
            raise Refused("LineMoved")
        new = quantity if fields is None or "quantity" in fields else row.quantity
        _check_quantity(new)
        if new != row.quantity and row.hold is Hold.LIVE:
            self._move_units(row.cart, row.variant, new - row.quantity)
            row.price = self.variants[variant].price if new > row.quantity else row.price
        elif new != row.quantity:
            self._release(row)
        row.quantity = new
        if fields is not None and "price" in fields:
            row.price = price

    def _save_new(self, line: int, cart: int, variant: int, quantity: int, price: Decimal, *, in_part: bool) -> None:
        _check_quantity(quantity)
        self._take(cart, variant, quantity)
        if in_part:
            raise Refused("DatabaseError")
        if self._line_of(cart, variant):
            raise Refused("IntegrityError")
        self.lines[line] = Line(cart, variant, quantity, price)
        self.lines[line].begin()

    def delete_line(self, line: int, *, said_to_be_in: int | None = None) -> None:
        """A row that is gone is not deleted again, but its cart counts a change."""
        row = self.lines.get(line)
        cart = row.cart if row else said_to_be_in
        if row:
            self._release(row)
            del self.lines[line]
        if cart in self.carts and self.carts[cart].status == "open":
            self.carts[cart].version += 1

    def delete_cart(self, cart: int) -> None:
        for line in self.lines_in(cart):
            self.delete_line(line)
        del self.carts[cart]

    def delete_user(self, owner: str) -> None:
        for cart in [pk for pk, cart in self.carts.items() if cart.owner == owner]:
            self.delete_cart(cart)

    # --- steps they share

    def _write(self, cart: int, line: int | None, variant: int, quantity: int) -> None:
        old = self.lines[line] if line else Line(cart, variant, 0, Decimal(0))
        self._check_caps(cart, old, quantity)
        units = quantity - old.reserved
        if units > 0 or old.hold is not Hold.LIVE:
            self._take(cart, variant, units)
            old.price = self.variants[variant].price
        else:
            self._give_back(variant, -units)
        if old.hold is not Hold.LIVE:
            old.begin()
        old.quantity = quantity
        self.lines[line or self._new_id()] = old
        self.carts[cart].version += 1

    def _check_caps(self, cart: int, line: Line, quantity: int) -> None:
        in_cart = sum(other.quantity for other in self._lines(cart))
        if quantity > line.quantity and quantity > LINE_CAP:
            raise Refused("TooManyUnits", ("line_cap", LINE_CAP, line.quantity))
        if quantity > line.quantity and in_cart + quantity - line.quantity > CART_CAP:
            raise Refused("TooManyUnits", ("cart_cap", CART_CAP, in_cart))

    def _take(self, cart: int, variant: int, units: int) -> None:
        """From the shelf; only where that is short, from ended holds of other carts, all of them then."""
        goods = self.variants[variant]
        if not goods.active:
            raise Refused("VariantUnavailable")
        if goods.free < units:
            others = [line for line in self.lines.values() if line.variant == variant and line.cart != cart]
            ended = [line for line in others if line.hold is Hold.ENDED]
            available = goods.free + sum(line.reserved for line in ended)
            if available < units:
                ends = [line.until for line in others if line.hold is Hold.LIVE and line.until]
                raise Refused("InsufficientStock", (available, units, min(ends, default=None)))
            for line in ended:
                self._release(line)
        goods.free -= units
        goods.reserved += units

    def _move_units(self, cart: int, variant: int, units: int) -> None:
        if units > 0:
            self._take(cart, variant, units)
        else:
            self._give_back(variant, -units)

    def _give_back(self, variant: int, units: int) -> None:
        self.variants[variant].free += units
        self.variants[variant].reserved -= units

    def _release(self, line: Line) -> None:
        self._give_back(line.variant, line.reserved)
        line.end()

    def _merge_line(self, guest_cart: int, cart: int, line: int, own: int | None, wanted: int) -> int:
        """One line is left of the two, holding all its units if one of the two held; returns its units."""
        pair = [self.lines[pk] for pk in (line, own) if pk]
        live = [row for row in pair if row.hold is Hold.LIVE]
        variant, after = self.lines[line].variant, wanted
        reserved, held = sum(row.reserved for row in pair), sum(row.reserved for row in live)
        if live and wanted > held:
            try:
                self._take(guest_cart, variant, wanted - reserved)
            except Refused:
                after = held
                self._give_back(variant, reserved - held)
        else:
            self._give_back(variant, reserved - (wanted if live else 0))
        costs = {row.price for row in live or pair}
        taken_anew = bool(live) and wanted > held and after == wanted
        left = self.lines[own or line]
        left.price = self.variants[variant].price if taken_anew or len(costs) > 1 else costs.pop()
        if own:
            del self.lines[line]
        left.cart, left.quantity = cart, after
        left.hold = Hold.LIVE if live else Hold.NONE
        left.until = min((row.until for row in live if row.until), default=None)
        left.extensions = max((row.extensions for row in live), default=0)
        if not after:
            del self.lines[line]
        return after

    def _claim(self, key: str | None, request: tuple[object, ...]) -> None:
        if key is None:
            return
        if key in self.keys:
            raise Refused("replayed" if self.keys[key] == request else "KeyReused")
        self.keys[key] = request

    def _open(self, owner: str) -> int:
        cart = self._cart(owner)
        if cart is None:
            cart = self._new_id()
            self.carts[cart] = Cart(owner)
        return cart

    def _cart(self, owner: str) -> int | None:
        return next((pk for pk, cart in self.carts.items() if (cart.owner, cart.status) == (owner, "open")), None)

    def _is_retired(self, owner: str) -> bool:
        return any((cart.owner, cart.status) == (owner, "merged") for cart in self.carts.values())

    def lines_in(self, cart: int) -> list[int]:
        return [pk for pk, line in self.lines.items() if line.cart == cart]

    def _lines(self, cart: int) -> Iterator[Line]:
        return (self.lines[pk] for pk in self.lines_in(cart))

    def _line_of(self, cart: int, variant: int) -> int | None:
        return next((pk for pk in self.lines_in(cart) if self.lines[pk].variant == variant), None)

    def _new_id(self) -> int:
        self._next -= 1
        return self._next

    def copy(self) -> "Shop":
        return deepcopy(self)


def _check_quantity(quantity: int) -> None:
    if quantity < 1:
        raise Refused("InvalidQuantity")
