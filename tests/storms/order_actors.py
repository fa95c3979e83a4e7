"""What the processes of a storm do with orders. Results are the order's number or state, or a refusal's name."""

from decimal import Decimal

from cart.models import Cart
from orders.models import DeliveryMethod
from orders.payments import PaymentEvent
from orders.selectors import order_numbered
from orders.services import (
    cancel_order,
    cancel_overdue_orders,
    order_again,
    place_order,
    return_lines,
    settle_payment,
)
from orders.totals import Expected
from tests.storms.actors import OwnerName, _or_refusal, in_rounds, owner_of
from tests.support.ordering import ADA
from withdrawals.services import declare_withdrawal

Submit = tuple[int, int, str, str]  # the cart, the version and the total that were shown, the key


@_or_refusal
def place(submit: Submit) -> str:
    """Submit the review page of a cart."""
    cart_id, version, total, key = submit
    placed = place_order(
        Cart.objects.get(pk=cart_id),
        customer=ADA,
        delivery_method_id=DeliveryMethod.objects.get(name="Standard").pk,
        expected=Expected(version=version, total=Decimal(total)),
        provider="invoice",
        idempotency_key=key,
    )
    return placed.number


def place_in_rounds(submits: list[Submit]) -> list[str]:
    return in_rounds(place, submits)


@_or_refusal
def hear_that_it_is_paid(reference: str, amount: str) -> str:
    """Settle a payment as the web hook does."""
    notice = PaymentEvent(reference, True, Decimal(amount), "GBP")
    return settle_payment(event=notice, provider="invoice").status


@_or_refusal
def cancel(order_id: int) -> str:
    return str(cancel_order(order_id=order_id).state)


def cancel_overdue() -> int:
    return cancel_overdue_orders()


@_or_refusal
def bring_back(order_id: int, line_id: int, units: int) -> str:
    return str(return_lines(order_id=order_id, units={line_id: units}, reason="Unwanted").state)


@_or_refusal
def put_into_cart_again(number: str, owner: OwnerName, key: str) -> list[tuple[str, int]]:
    """Order the goods of an order again as a guest. Returns what became of each line."""
    read, token = order_numbered(number), owner_of(owner).guest_token
    assert read
    done = order_again(read, user=None, guest_token=token, idempotency_key=key)
    return [(each.outcome.name, each.units) for each in done]


@_or_refusal
def withdraw(order_id: int, line_id: int, units: int, key: str) -> int:
    """Confirm a withdrawal. Returns its id."""
    return declare_withdrawal(order_id=order_id, units={line_id: units}, name="Ada", idempotency_key=key).pk
