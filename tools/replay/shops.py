"""`Shop`, the interface for the visits of a replay, and `ServiceShop`, which calls services. `web` uses pages."""

import uuid
from abc import ABC, abstractmethod
from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection

from cart.models import Cart
from cart.services import add_product_to_cart
from inventory.errors import InsufficientStock, VariantUnavailable
from inventory.models import ProductVariant
from inventory.tax import tax_rates
from orders.delivery_prices import parcel_of
from orders.models import DeliveryMethod, Order
from orders.models.addresses import Customer
from orders.payments import PaymentEvent
from orders.selectors import review_of
from orders.services import place_order, return_lines, settle_payment
from orders.tariffs import delivery_prices
from tools.replay.log import Account, Outcome, Visit, VisitLine

REFUSALS = {
    "only_n_left": Outcome.ONLY_N_LEFT,
    "all_in_carts": Outcome.ALL_IN_CARTS,
    "sold_out": Outcome.SOLD_OUT,
}
CUSTOMER = Customer(
    email="replay@example.com", name="Replay", street="1 Log Lane", city="London", postcode="N1 1AA", country="GB"
)


@dataclass(slots=True)
class Bought:
    """A line that a shopper bought, and its units that were not returned."""

    order_id: int
    line_id: int
    kept: int


class Shop(ABC):
    """Where visits are made. Visits of one shopper come one after another, those of several at the same time."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.variant_ids = dict(ProductVariant.objects.values_list("sku", "pk"))
        self._bought: dict[tuple[str, str], list[Bought]] = defaultdict(list)

    def visit(self, visit: Visit) -> list[Outcome]:
        """Buy or return the goods of an invoice. Returns the outcome of each line."""
        if visit.is_return:
            self.account.count_visit("returns")
            return [self._bring_back(visit, line) for line in visit.lines]
        return self._buy(visit)

    def leave(self) -> None:
        """Close the connections of this thread, after a shopper's last visit."""
        connection.close()

    @abstractmethod
    def fill_and_order(self, visit: Visit) -> tuple[Order | None, list[Outcome | None]]:
        """Add the lines and order them. Returns the order, and why each line is not in it (None if it was added)."""

    def _buy(self, visit: Visit) -> list[Outcome]:
        order, refusals = self.fill_and_order(visit)
        self.account.count_visit("orders" if order else "left without an order")
        for line in order.lines.all() if order else ():
            self._bought[visit.who, line.sku].append(Bought(line.order_id, line.pk, line.quantity))
        return [refusal or (Outcome.SOLD if order else Outcome.ORDER_REFUSED) for refusal in refusals]

    def _bring_back(self, visit: Visit, line: VisitLine) -> Outcome:
        missing = self._bring_back_line(visit, line)
        if missing == line.units:
            return Outcome.NOT_BOUGHT_HERE
        return Outcome.PARTLY_RETURNED if missing else Outcome.RETURNED

    def _bring_back_line(self, visit: Visit, line: VisitLine) -> int:
        """Return goods of the latest orders first. Returns the units that this shopper never bought here."""
        missing = line.units
        for bought in reversed(self._bought[visit.who, line.sku]):
            units = min(missing, bought.kept)
            if units:
                return_lines(order_id=bought.order_id, units={bought.line_id: units}, reason=f"Replay: {visit.invoice}")
                bought.kept -= units
                missing -= units
        return missing


class ServiceShop(Shop):
    """Calls the services directly."""

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        delivery = DeliveryMethod.objects.filter(is_active=True).first()
        if delivery is None:
            raise ValueError("There is no delivery method. Make one in the back office, then replay again.")
        self.delivery = delivery

    def fill_and_order(self, visit: Visit) -> tuple[Order | None, list[Outcome | None]]:
        token, refusals = uuid.uuid4(), []
        for line in visit.lines:
            refusals.append(self._refusal_of_add(token, line))
        is_filled = None in refusals
        return (self._order(Cart.objects.get(guest_token=token)) if is_filled else None), refusals

    def _refusal_of_add(self, token: uuid.UUID, line: VisitLine) -> Outcome | None:
        try:
            add_product_to_cart(None, self.variant_ids.get(line.sku, 0), line.units, guest_token=token)
        except InsufficientStock as refusal:
            return REFUSALS[refusal.code or ""]
        except VariantUnavailable:
            return Outcome.NOT_SOLD_HERE
        return None

    def _order(self, cart: Cart) -> Order | None:
        lines = list(cart.items.select_related("product_variant"))
        offer = delivery_prices().offer(self.delivery.pk, parcel_of(lines, CUSTOMER.country))
        if offer is None:
            return None
        review = review_of(cart, lines, offer, rates=tax_rates(), country=CUSTOMER.country)
        try:
            order = place_order(
                cart,
                customer=CUSTOMER,
                delivery_method_id=self.delivery.pk,
                expected=review.expected,
                provider="invoice",
                idempotency_key=str(uuid.uuid4()),
            )
        except ValidationError:
            return None
        self.pay(order)
        return order

    def pay(self, order: Order) -> None:
        """Record the payment at once, as if the customer's bank had sent the money."""
        for payment in order.payments.filter(status="pending"):
            settle_payment(
                event=PaymentEvent(payment.reference, True, payment.amount, settings.SHOP_CURRENCY),
                provider="invoice",
            )
