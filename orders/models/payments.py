"""Payments and refunds. No card data is stored: a payment has the provider's reference alone."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.text import money
from orders.models.orders import Order


class Payment(models.Model):
    """One attempt to pay an order. A refused one may be followed by another."""

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting for the money"
        PAID = "paid", "Paid"
        REFUSED = "refused", "Refused"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    provider = models.CharField(max_length=30, help_text="Its name in SHOP_PAYMENT_PROVIDERS.")
    reference = models.CharField(max_length=40, unique=True, help_text="What the provider calls this payment by.")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    session = models.CharField(
        max_length=255, blank=True, default="", db_default="", help_text="What the provider calls its page to pay at."
    )
    transaction = models.CharField(
        max_length=255, blank=True, default="", db_default="", help_text="What the provider calls the money that came."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    settled_at = models.DateTimeField(null=True, blank=True, help_text="When the provider told us how it ended.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="orders_payment_one_pending_per_order", fields=["order"], condition=Q(status="pending")
            ),
            models.CheckConstraint(name="orders_payment_amount_not_negative", condition=Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return self.reference


class Refund(models.Model):
    """Money that the shop owes a customer. A provider that can sends it; staff send the rest and mark it as sent.

    What became of one that a provider is to send, `orders.refund_states` tells.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="refunds")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_how = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="How it was sent, such as the transfer's date."
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    queued_at = models.DateTimeField(null=True, blank=True, help_text="When a provider was first to send it.")
    transaction = models.CharField(
        max_length=255, blank=True, default="", db_default="", help_text="What the provider calls it."
    )
    failure = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="Why the money came back to the provider."
    )

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(name="orders_refund_amount_positive", condition=Q(amount__gt=0))]
        indexes = [models.Index(name="orders_refund_due", fields=["id"], condition=Q(sent_at__isnull=True))]

    def __str__(self) -> str:
        return f"{money(self.amount)} for {self.order}"
