"""Orders, what was bought, who was told what, and the money."""

from orders.models.checkouts import Checkout, DeliveryMethod
from orders.models.orders import Order, OrderLine, OrderTransition, Payment, Refund

__all__ = ["Checkout", "DeliveryMethod", "Order", "OrderLine", "OrderTransition", "Payment", "Refund"]
