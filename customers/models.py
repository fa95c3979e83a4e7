"""`Customer`, what orders say about a customer, and `CustomerNote`, what staff say."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from core.one_line import OneLineField
from core.typed_words import WordVector


class Customer(models.Model):
    """Whoever ordered with an e-mail address, in any case, with an account or as a guest.

    All columns but `consent` are counted from the orders, by `customers.services` alone.
    """

    email = models.EmailField(_("e-mail address"), editable=False)
    name = OneLineField(max_length=100, editable=False, help_text="As in the newest order.")
    country = models.CharField(max_length=60, editable=False, help_text="Of the newest order.")
    order_count = models.IntegerField("orders", default=0, editable=False, help_text="Without those cancelled.")
    spent = models.DecimalField(
        max_digits=14, decimal_places=2, default=0, editable=False, help_text="What was paid, less what was refunded."
    )
    first_order_at = models.DateTimeField("first order", editable=False)
    last_order_at = models.DateTimeField("newest order", editable=False)
    consent = OneLineField(
        max_length=200,
        blank=True,
        help_text="What they agreed to receive, and when and how they said so. Empty: only e-mails about their orders.",
    )

    class Meta:
        ordering = ["-last_order_at", "-id"]
        constraints = [
            models.UniqueConstraint(Upper("email"), name="customers_customer_email_without_case"),
        ]
        indexes = [
            models.Index(name="customers_customer_newest", fields=["-last_order_at", "-id"]),
            models.Index(name="customers_customer_spent", fields=["spent", "id"]),
            GinIndex(WordVector("name"), name="customers_customer_name_words"),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class CustomerNote(models.Model):
    """What a member of staff noted about a customer, for colleagues. It is never shown to the customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="notes")
    text = OneLineField(_("note"), max_length=300)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField("written", db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("note")

    def __str__(self) -> str:
        return self.text[:60]
