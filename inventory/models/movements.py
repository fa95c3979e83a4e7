"""The ledger that explains every number on hand."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from inventory.models.variants import ProductVariant


class StockMovement(models.Model):
    """One line of the ledger: why the units on hand changed. Append-only, and the only writer of on-hand.

    The database refuses to change or delete a line (migration 0009).
    """

    class Kind(models.TextChoices):
        OPENING = "opening", "Opening stock"
        RECEIPT = "receipt", "Goods received"
        ADJUSTMENT = "adjustment", "Adjustment"
        CORRECTION = "correction", "Correction by the audit"
        SALE = "sale", "Sold"
        RETURN = "return", "Back from an order"

    variant = models.ForeignKey(ProductVariant, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    delta = models.IntegerField(help_text="Units added to (or, negative, taken from) what is on hand.")
    balance_after = models.IntegerField(help_text="Units on hand after this movement.")
    reason = models.CharField(max_length=200)
    cause = models.CharField(max_length=100, blank=True, help_text="What set it off: a file, an order, a command.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        permissions = [("move_stock", "Can receive and adjust stock")]
        constraints = [
            # A correction may be of a wrong balance alone: it states what is on hand, and the chain starts anew.
            models.CheckConstraint(
                name="inventory_stockmovement_delta_not_zero", condition=~Q(delta=0) | Q(kind="correction")
            ),
            models.CheckConstraint(
                name="inventory_stockmovement_balance_not_negative", condition=Q(balance_after__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delta:+d} {self.kind}"
