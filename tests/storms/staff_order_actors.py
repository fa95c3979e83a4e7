"""What staff do with orders in a storm. Results are what was done, or a refusal's name."""

from decimal import Decimal

from django.contrib.auth.models import User

from orders.models import DeliveryMethod, Payment
from orders.services import (
    checkout,
    delete_delivery_method,
    mark_refund_sent,
    record_payment,
    return_lines,
    save_checkout,
    save_delivery_method,
    ship_order,
    withdraw_payment,
)
from tests.storms.actors import _or_refusal
from tests.storms.guards_out import replace
from tests.support.ordering import ADA


@_or_refusal
def ship(user_id: int, order_id: int) -> str:
    return str(ship_order(order_id=order_id, actor=User.objects.get(pk=user_id)).state)


@_or_refusal
def ship_three(user_id: int, order_id: int, line_id: int) -> str:
    """Ship three units, from a page that showed that four wait."""
    actor = User.objects.get(pk=user_id)
    return str(ship_order(order_id=order_id, units={line_id: 3}, seen=4, actor=actor).state)


@_or_refusal
def note_money(user_id: int, payment_id: int, amount: str) -> str:
    return str(record_payment(payment_id=payment_id, amount=Decimal(amount), actor=User.objects.get(pk=user_id)).amount)


@_or_refusal
def withdraw_note(user_id: int, payment_id: int) -> str:
    """Withdraw a recorded payment, from a page that showed it as it was before the storm."""
    actor, recorded_at = User.objects.get(pk=user_id), Payment.objects.get(pk=payment_id).settled_at
    assert recorded_at is not None
    return str(withdraw_payment(payment_id=payment_id, recorded_at=recorded_at, reason="Mistyped", actor=actor).status)


@_or_refusal
def take_back(user_id: int, order_id: int, line_id: int) -> str:
    """Record the return of one unit, from a page that showed that none was returned."""
    actor = User.objects.get(pk=user_id)
    return str(return_lines(order_id=order_id, units={line_id: 1}, reason="Broken", actor=actor, seen=0).state)


@_or_refusal
def send_refund(user_id: int, refund_id: int) -> bool:
    return mark_refund_sent(refund_id=refund_id, actor=User.objects.get(pk=user_id), note="Transfer")


@_or_refusal
def switch_off(method_id: int) -> str:
    method = DeliveryMethod.objects.get(pk=method_id)
    method.is_active = False
    save_delivery_method(method=method, fields=["is_active"])
    return "off"


@_or_refusal
def delete_delivery(method_id: int) -> str:
    delete_delivery_method(method=DeliveryMethod.objects.get(pk=method_id))
    return "deleted"


@_or_refusal
def choose_delivery(cart_id: int, method_id: int) -> str:
    """Choose a delivery method, as a shopper on the first page of checkout."""
    save_checkout(cart_id=cart_id, customer=ADA, delivery_method_id=method_id)
    return "chosen"


def deliveries_are_not_shared() -> None:
    """Remove a guard: check without a lock that the delivery method is offered."""

    def look(method_id: int) -> DeliveryMethod | None:
        return DeliveryMethod.objects.filter(pk=method_id, is_active=True).first()

    replace(checkout, share_delivery_method=look)
