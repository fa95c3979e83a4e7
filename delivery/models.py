"""What is to be sent to the outside. The table has the name of the app in which version 1.0 had it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class LetterQuerySet(models.QuerySet["Letter"]):
    """Questions about letters."""

    def unsent(self) -> "LetterQuerySet":
        return self.filter(sent_at__isnull=True)

    def due(self) -> "LetterQuerySet":
        """Letters that should be on their way, the longest due first."""
        return self.unsent().filter(is_dead=False, due_at__lte=Now()).order_by("due_at", "id")


class Letter(models.Model):
    """One e-mail to one address, written in the transaction of what it tells and sent after it. See docs/post.md.

    While it is being sent, `due_at` is a lease: nobody else takes the letter before then.
    """

    kind = models.CharField(max_length=50, help_text="What it is for, such as stock_alerts.")
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True, help_text="Forgotten once the letter is sent, and so is the HTML.")
    html = models.TextField(blank=True, default="")
    dedupe_key = models.CharField(max_length=200, unique=True, help_text="A second letter of one key is not written.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.SmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    is_dead = models.BooleanField(default=False, help_text="Failed too often; waits for staff to retry or discard it.")

    objects = LetterQuerySet.as_manager()

    class Meta:
        db_table = "workers_letter"
        ordering = ["-id"]
        indexes = [
            # Few at any time: those to send, and the dead.
            models.Index(name="workers_letter_unsent", fields=["due_at"], condition=Q(sent_at__isnull=True)),
            # Retention drops the oldest.
            models.Index(name="workers_letter_sent", fields=["sent_at"], condition=Q(sent_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"
