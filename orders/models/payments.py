"""Money: what was asked for through which provider, what came, and what must go back. No card data ever gets here."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from orders.models.orders import Order


class Payment(models.Model):
    """One attempt to get an order paid. A refused one may be followed by another."""

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting for the money"
        PAID = "paid", "Paid"
        REFUSED = "refused", "Refused"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    provider = models.CharField(max_length=30, help_text="Its name in SHOP_PAYMENT_PROVIDERS.")
    reference = models.CharField(max_length=40, unique=True, help_text="What the provider calls this payment by.")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
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
    """Money that we owe a customer. Staff send it by the provider's own means, and note here that they did."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="refunds")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(name="orders_refund_amount_positive", condition=Q(amount__gt=0))]
        indexes = [models.Index(name="orders_refund_due", fields=["id"], condition=Q(sent_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.amount} of {self.order_id}"
