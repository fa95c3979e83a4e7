"""`Withdrawal`, what a customer declared, with its lines; `Instruction`, that they were told of their right.

Only `withdrawals.services` write them. What was declared is never changed or deleted.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.one_line import OneLineField
from orders.models import Order, OrderLine


class Withdrawal(models.Model):
    """A customer's statement that they withdraw from the contract about some units of an order. Append-only."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="withdrawals")
    name = OneLineField(max_length=100, help_text="As the customer wrote it.")
    email = models.EmailField(help_text="Where the acknowledgement went.")
    idempotency_key = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField("declared", db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(name="withdrawals_withdrawal_one_per_key", fields=["order", "idempotency_key"])
        ]
        indexes = [models.Index(name="withdrawals_withdrawal_created", fields=["created_at"])]

    def __str__(self) -> str:
        return f"Withdrawal {self.pk}"


class WithdrawalLine(models.Model):
    """How many units of an order's line a withdrawal is about, and how many of them are done with.

    A unit is done with once it is back on the shelf or refunded. That number alone changes, and only grows.
    """

    withdrawal = models.ForeignKey(Withdrawal, on_delete=models.PROTECT, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="withdrawn")
    quantity = models.IntegerField()
    done_quantity = models.IntegerField(default=0, editable=False, help_text="Units that came back or were refunded.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="withdrawals_line_one_per_line", fields=["withdrawal", "order_line"]),
            models.CheckConstraint(
                name="withdrawals_line_done_at_most_all",
                condition=Q(quantity__gte=1, done_quantity__gte=0, done_quantity__lte=F("quantity")),
            ),
        ]
        # The units that staff wait for: few at any time.
        indexes = [
            models.Index(
                name="withdrawals_line_open",
                fields=["withdrawal"],
                condition=Q(done_quantity__lt=F("quantity")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.order_line.sku}"

    @property
    def open_quantity(self) -> int:
        return self.quantity - self.done_quantity


class Instruction(models.Model):
    """The mail server took the e-mail with the instruction about the right of withdrawal for this order."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"Instruction of {self.order_id}"
