"""Models of orders: what shoppers fill in, what was bought, and the money."""

from orders.models.addresses import SavedAddress
from orders.models.checkouts import Checkout, DeliveryMethod
from orders.models.deliveries import DeliveryRate, DeliveryStep, DeliveryZone
from orders.models.documents import Document, DocumentCounter, DocumentFile, RefundLine
from orders.models.orders import By, Order, OrderLine, OrderTransition
from orders.models.payments import Payment, Refund
from orders.models.shipments import Carrier, Shipment, ShipmentLine
from orders.models.taxes import OrderTax, RefundTax

__all__ = [
    "By",
    "Carrier",
    "Checkout",
    "DeliveryMethod",
    "DeliveryRate",
    "DeliveryStep",
    "DeliveryZone",
    "Document",
    "DocumentCounter",
    "DocumentFile",
    "Order",
    "OrderLine",
    "OrderTax",
    "OrderTransition",
    "Payment",
    "Refund",
    "RefundLine",
    "RefundTax",
    "SavedAddress",
    "Shipment",
    "ShipmentLine",
]
