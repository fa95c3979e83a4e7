"""`Delivery`, a message to the outside. The table has the name of version 1.0."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Questions about deliveries."""

    def unsent(self) -> "DeliveryQuerySet":
        return self.filter(sent_at__isnull=True)

    def due(self) -> "DeliveryQuerySet":
        """Deliveries that are due, the longest due first."""
        return self.unsent().filter(is_dead=False, due_at__lte=Now()).order_by("due_at", "id")


class Delivery(models.Model):
    """A message to one receiver, written in the transaction of the change and sent after it. See docs/delivery.md.

    While it is being sent, `due_at` is the end of a lease: no other worker takes the delivery before then.
    """

    kind = models.CharField(max_length=50, help_text="What it is for, such as stock_alerts.")
    channel = models.CharField(max_length=30, db_default="email", help_text="How it travels: email, web.")
    receiver = models.CharField(
        max_length=254, db_default="email", help_text="Who is asked to take it. A slow one delays no other."
    )
    to = models.CharField(max_length=254, help_text="An e-mail address, or the host of a web address.")
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True, help_text="Forgotten once it is sent, and so are the HTML and the payload.")
    html = models.TextField(blank=True, default="")
    reply_to = models.CharField(
        max_length=254, blank=True, default="", db_default="", help_text="Who gets the answer; empty: the shop."
    )
    payload = models.JSONField(
        null=True, blank=True, help_text="Files of an e-mail; what another channel sends, and where to."
    )
    dedupe_key = models.CharField(max_length=200, unique=True, help_text="A second one of the same key is not written.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.SmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    is_dead = models.BooleanField(default=False, help_text="Failed too often; waits for staff to retry or discard it.")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        db_table = "workers_letter"
        ordering = ["-id"]
        verbose_name_plural = "deliveries"
        indexes = [
            # Few at any time: those to send, and the dead.
            models.Index(name="workers_letter_unsent", fields=["due_at"], condition=Q(sent_at__isnull=True)),
            # Retention drops the oldest.
            models.Index(name="workers_letter_sent", fields=["sent_at"], condition=Q(sent_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"
