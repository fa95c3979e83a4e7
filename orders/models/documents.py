"""Invoices and credit notes: `Document`, its PDF in `DocumentFile`, and `DocumentCounter`, which numbers them.

`orders.documents` alone writes them. A trigger refuses every change and deletion of a document and of its file: the
books need them as they were issued. What was wrong is put right by a credit note.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.orders import Order, OrderLine
from orders.models.payments import Refund


class RefundLine(models.Model):
    """Units of an order for which a refund is. Refunds from before there were credit notes have none."""

    refund = models.ForeignKey(Refund, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="+")
    quantity = models.IntegerField()

    class Meta:
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(name="orders_refundline_one_per_line", fields=["refund", "line"]),
            models.CheckConstraint(name="orders_refundline_quantity_at_least_one", condition=Q(quantity__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.line_id}"


class DocumentCounter(models.Model):
    """The last number of a series. Raised in the transaction that inserts the document, by `orders.locks` alone."""

    series = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.series}{self.last}"


class Document(models.Model):
    """An invoice or a credit note, with all that is printed on it."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT_NOTE = "credit_note", _("Credit note")

    kind = models.CharField(max_length=11, choices=Kind)
    number = models.CharField(max_length=30, unique=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="documents")
    refund = models.OneToOneField(
        Refund,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="document",
        help_text="What a credit note is for. Empty: the order was cancelled before it was paid.",
    )
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="credit_notes", verbose_name="invoice"
    )
    issued_at = models.DateTimeField(help_text="In the order of the numbers.")
    total = models.DecimalField(max_digits=14, decimal_places=2, help_text="What a credit note takes off is positive.")
    tax = models.DecimalField(max_digits=14, decimal_places=2, help_text="Contained in the total.")
    snapshot = models.JSONField(help_text="All that is printed; `orders.documents.facts` says what.")

    class Meta:
        ordering = ["-id"]
        verbose_name = "invoice or credit note"
        verbose_name_plural = "invoices and credit notes"
        constraints = [
            models.UniqueConstraint(
                name="orders_document_one_invoice_per_order", fields=["order"], condition=Q(kind="invoice")
            ),
            models.UniqueConstraint(
                name="orders_document_one_cancellation_per_order",
                fields=["order"],
                condition=Q(kind="credit_note", refund__isnull=True),
            ),
            models.CheckConstraint(
                name="orders_document_credit_notes_correct",
                condition=Q(kind="invoice", refund__isnull=True, corrects__isnull=True)
                | Q(kind="credit_note", corrects__isnull=False),
            ),
            models.CheckConstraint(name="orders_document_money_not_negative", condition=Q(total__gte=0, tax__gte=0)),
        ]
        indexes = [models.Index(name="orders_document_issued", fields=["issued_at"])]

    def __str__(self) -> str:
        return self.number

    @property
    def file_name(self) -> str:
        return f"{self.number}.pdf"


class DocumentFile(models.Model):
    """The PDF of a document, kept as it was issued. A table of its own, since a worker makes it after the document."""

    document = models.OneToOneField(Document, primary_key=True, on_delete=models.PROTECT, related_name="file")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"PDF of {self.document_id}"
