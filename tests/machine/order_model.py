"""The rules of orders in plain Python, on top of those of the cart. Written from the rulebook, as `model` is."""

from dataclasses import dataclass, field
from decimal import Decimal

from tests.machine.model import Hold, Line, Refused, Shop

NEXT = {
    "placed": {"paid", "cancelled"},
    "paid": {"shipped", "refunded"},
    "shipped": {"refunded"},
    "cancelled": set(),
    "refunded": set(),
}


@dataclass
class Bought:
    """One line of an order."""

    quantity: int
    price: Decimal
    returned: int = 0


@dataclass
class Order:
    """`lines` by variant; `payments`: the statuses of all attempts, the oldest first; `owed`: all that goes back."""

    total: Decimal
    lines: dict[int, Bought]
    state: str = "placed"
    payments: list[str] = field(default_factory=lambda: ["pending"])
    owed: Decimal = Decimal(0)
    owed_for_goods: Decimal = Decimal(0)


@dataclass
class ShopWithOrders(Shop):
    """Orders by the id of the cart that they were."""

    orders: dict[int, Order] = field(default_factory=dict)
    delivery: Decimal = Decimal("3.95")

    def place(self, cart: int) -> None:
        lines = [self.lines[pk] for pk in sorted(self.lines_in(cart))]
        if not lines:
            raise Refused("CartEmpty")
        if changes := [change for line in lines if (change := self._take_again(line))]:
            raise Refused("CartChanged", tuple(changes))
        bought = {line.variant: Bought(line.quantity, line.price) for line in lines}
        for line in lines:
            self.variants[line.variant].reserved -= line.quantity
            line.end()
        self.carts[cart].status = "ordered"
        self.carts[cart].version += 1
        goods = sum((line.price * line.quantity for line in bought.values()), Decimal(0))
        self.orders[cart] = Order(goods + self.delivery, bought)

    def _take_again(self, line: Line) -> tuple[int, str] | None:
        if line.hold is Hold.LIVE:
            return None
        try:
            self._take(line.cart, line.variant, line.quantity - line.reserved)
        except Refused as refusal:
            return line.variant, refusal.kind
        return (line.variant, "PriceChanged") if self.variants[line.variant].price != line.price else None

    def pay(self, cart: int, attempt: int, *, is_paid: bool) -> None:
        """A provider says how an attempt ended; any attempt, at any time, as often as it likes."""
        order = self.orders[cart]
        if order.payments[attempt] == "paid":
            return
        order.payments[attempt] = "paid" if is_paid else "refused"
        if is_paid and order.state == "placed":
            order.state = "paid"
        elif is_paid:
            order.owed += order.total

    def try_another_way(self, cart: int) -> None:
        order = self.orders[cart]
        if order.state != "placed":
            raise Refused("PaymentNotPossible")
        order.payments = ["refused" if status == "pending" else status for status in order.payments] + ["pending"]

    def cancel(self, cart: int) -> None:
        order = self.orders[cart]
        if order.state == "cancelled":
            return
        self._move(order, "cancelled")
        for variant, line in order.lines.items():
            self.variants[variant].free += line.quantity

    def ship(self, cart: int) -> None:
        if self.orders[cart].state != "shipped":
            self._move(self.orders[cart], "shipped")

    def refund(self, cart: int) -> None:
        order = self.orders[cart]
        if order.state == "refunded":
            return
        was_here = order.state == "paid"
        self._move(order, "refunded")
        for variant, line in order.lines.items():
            if was_here:
                self.variants[variant].free += line.quantity - line.returned
                line.returned = line.quantity
        self._owe(order, order.total - order.owed_for_goods)

    def give_back_bought(self, cart: int, variant: int, units: int) -> None:
        order = self.orders[cart]
        if order.state not in {"paid", "shipped"}:
            raise Refused("TransitionRefused")
        line = order.lines[variant]
        if not 1 <= units <= line.quantity - line.returned:
            raise Refused("TooManyReturned")
        line.returned += units
        self.variants[variant].free += units
        if all(each.returned == each.quantity for each in order.lines.values()):
            self._owe(order, order.total - order.owed_for_goods)
            order.state = "refunded"
        else:
            self._owe(order, line.price * units)

    def _owe(self, order: Order, amount: Decimal) -> None:
        order.owed += amount
        order.owed_for_goods += amount

    def _move(self, order: Order, state: str) -> None:
        if state not in NEXT[order.state]:
            raise Refused("TransitionRefused")
        order.state = state
