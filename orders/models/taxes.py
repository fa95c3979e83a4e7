"""The tax of orders and refunds: one row for each rate. Written with its order or refund, and never changed."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from orders.models.orders import Order
from orders.models.payments import Refund


class TaxRow(models.Model):
    """What has one rate, and the tax contained in it. No row is of nothing but the only one of what costs nothing."""

    rate = models.DecimalField(max_digits=5, decimal_places=2, help_text="Per cent.")
    gross = models.DecimalField(max_digits=14, decimal_places=2, help_text="The tax is contained in it.")
    tax = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.tax} in {self.gross} at {self.rate} %"

    @property
    def net(self) -> Decimal:
        return self.gross - self.tax


def _is_possible(table: str) -> models.CheckConstraint:
    condition = Q(rate__gte=0, rate__lte=100, gross__gte=0, tax__gte=0, tax__lte=F("gross"))
    return models.CheckConstraint(name=f"{table}_is_possible", condition=condition)


class OrderTax(TaxRow):
    """The goods of one rate with their share of the delivery. The rows of an order add up to its total and tax.

    Orders from before there were tax classes have none: `Order.totals.taxes` tells of both alike.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="taxes")

    class Meta:
        ordering = ["-rate"]
        constraints = [
            _is_possible("orders_ordertax"),
            models.UniqueConstraint(name="orders_ordertax_one_per_rate", fields=["order", "rate"]),
        ]


class RefundTax(TaxRow):
    """The part of a refund that has one rate. The rows of all refunds of an order never exceed those of the order.

    A refund of money that paid for no order has none, nor has one from before there were tax classes.
    """

    refund = models.ForeignKey(Refund, on_delete=models.CASCADE, related_name="taxes")

    class Meta:
        ordering = ["-rate"]
        constraints = [
            _is_possible("orders_refundtax"),
            models.UniqueConstraint(name="orders_refundtax_one_per_rate", fields=["refund", "rate"]),
        ]
