"""What the processes of a storm do as staff with orders. Results are what was done, or a refusal's name."""

from decimal import Decimal

from django.contrib.auth.models import User

from orders.models import DeliveryMethod
from orders.services import delivery_method_save, payment_note, refund_sent, return_lines, ship_order
from tests.storms.actors import _or_refusal


@_or_refusal
def ship(user_id: int, order_id: int) -> str:
    return str(ship_order(order_id=order_id, actor=User.objects.get(pk=user_id)).state)


@_or_refusal
def note_money(user_id: int, payment_id: int, amount: str) -> str:
    return str(payment_note(payment_id=payment_id, amount=Decimal(amount), actor=User.objects.get(pk=user_id)).amount)


@_or_refusal
def take_back(user_id: int, order_id: int, line_id: int) -> str:
    """Take one unit back, from a page that showed that none had come."""
    actor = User.objects.get(pk=user_id)
    return str(return_lines(order_id=order_id, units={line_id: 1}, reason="Broken", actor=actor, seen=0).state)


@_or_refusal
def send_refund(user_id: int, refund_id: int) -> bool:
    return refund_sent(refund_id=refund_id, actor=User.objects.get(pk=user_id), note="Transfer")


@_or_refusal
def switch_off(method_id: int) -> str:
    method = DeliveryMethod.objects.get(pk=method_id)
    method.is_active = False
    delivery_method_save(method=method, fields=["is_active"])
    return "off"
