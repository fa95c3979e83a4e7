"""The outbox, and the analytics that one of its effects writes."""

import uuid
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.text import counted


class OutboxRowQuerySet(models.QuerySet["OutboxRow"]):
    """Questions about the outbox."""

    def due(self, effect: str, *, fresh: bool = False) -> "OutboxRowQuerySet":
        """Rows of an effect that failed before and are due again, and with `fresh` also those never tried."""
        rows = self.filter(effect=effect, is_dead=False, due_at__lte=Now())
        return rows if fresh else rows.filter(attempts__gt=0)

    def waiting(self, *, longer_than: timedelta) -> "OutboxRowQuerySet":
        """Rows that could have been done so long ago."""
        return self.filter(is_dead=False, due_at__lt=Now() - longer_than)


class OutboxRow(models.Model):
    """One effect still to be done, written in the transaction of the change that asked for it.

    A row is deleted in the transaction that does its effect, so the row is also what makes the effect happen once.
    There is no unique key: an upsert would make a shopper's request wait for a worker that has the row locked.
    """

    effect = models.CharField(max_length=50)
    key = models.CharField(max_length=64, help_text="What the effect is about; rows of one key are done together.")
    payload = models.JSONField(default=dict)
    event_id = models.UUIDField(default=uuid.uuid4, help_text="Shared by the rows that one event asked for.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.SmallIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    is_dead = models.BooleanField(default=False, help_text="Failed too often; waits for staff to retry or discard it.")

    objects = OutboxRowQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            # A batch takes the oldest rows that were never tried, in id order.
            models.Index(
                name="workers_outboxrow_fresh",
                fields=["effect", "id"],
                condition=Q(attempts=0, is_dead=False),
            ),
            # Rows that failed wait here, few of them, until they are due.
            models.Index(
                name="workers_outboxrow_failed",
                fields=["effect", "due_at"],
                condition=Q(attempts__gt=0, is_dead=False),
            ),
            models.Index(name="workers_outboxrow_dead", fields=["id"], condition=Q(is_dead=True)),
            # The trace: what is still to be done of an event.
            models.Index(name="workers_outboxrow_event", fields=["event_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.effect} {self.key}"


class EffectRun(models.Model):
    """One batch that a worker did, or failed to do: what is left to see of rows that are done and gone."""

    effect = models.CharField(max_length=50)
    task_id = models.CharField(max_length=64, blank=True, help_text="The Celery task that did it.")
    started_at = models.DateTimeField()
    milliseconds = models.IntegerField()
    row_ids = ArrayField(models.BigIntegerField())
    event_ids = ArrayField(models.UUIDField())
    error = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["-id"]
        indexes = [
            GinIndex(name="workers_effectrun_events", fields=["event_ids"]),
            # Retention drops the oldest.
            models.Index(name="workers_effectrun_started", fields=["started_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.effect}: {counted(len(self.row_ids), 'row', 'rows')}"


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
        ordering = ["-id"]
        indexes = [
            # Few at any time: those to send, and the dead.
            models.Index(name="workers_letter_unsent", fields=["due_at"], condition=Q(sent_at__isnull=True)),
            # Retention drops the oldest.
            models.Index(name="workers_letter_sent", fields=["sent_at"], condition=Q(sent_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"


class Heartbeat(models.Model):
    """When beat, or the workers of a queue, last showed that they are at work."""

    name = models.CharField(max_length=50, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class AnalyticsEvent(models.Model):
    """Something a shopper did, under its GA4 name where GA4 has one. Facts and ids only: no foreign keys, no persons.

    Names: https://developers.google.com/analytics/devguides/collection/ga4/reference/events
    """

    event_id = models.UUIDField(unique=True, default=uuid.uuid4, help_text="Makes recording it twice impossible.")
    name = models.CharField(max_length=30)
    occurred_at = models.DateTimeField()
    cart_id = models.BigIntegerField(null=True, blank=True)
    variant_id = models.BigIntegerField(null=True, blank=True)
    quantity = models.IntegerField(default=0)
    value = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            # A day is added up, and dropped when it is old.
            models.Index(name="workers_analyticsevent_at", fields=["occurred_at"]),
            # Lists by name, newest first; one cart's history; searches by variant.
            models.Index(name="workers_analyticsevent_name", fields=["name", "-id"]),
            models.Index(name="workers_analyticsevent_cart", fields=["cart_id"]),
            models.Index(name="workers_analyticsevent_variant", fields=["variant_id"]),
        ]

    def __str__(self) -> str:
        return self.name


class UncountedDay(models.Model):
    """A mark that events of this day were recorded or removed, which its figures may not know.

    Written with the events and deleted by the roll-up of the day; a day has as many as it had batches of events. There
    is no unique key: whoever records would wait for the roll-up, and for others who record.
    """

    day = models.DateField(db_index=True)

    def __str__(self) -> str:
        return f"{self.day}"


class DailyFigure(models.Model):
    """What the events of one day and one name add up to; of one variant, or of all where there is none.

    Written by `workers.analytics` only. A figure is the sum of two rows: of events that are there, and of dropped ones.
    """

    day = models.DateField(help_text="By TIME_ZONE.")
    name = models.CharField(max_length=30)
    variant_id = models.BigIntegerField(null=True, blank=True, help_text="Empty: of all variants together.")
    of_dropped = models.BooleanField(help_text="Of events that were dropped for their age.")
    events = models.BigIntegerField()
    quantity = models.BigIntegerField()
    value = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta:
        ordering = ["-day", "name", F("variant_id").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                name="workers_dailyfigure_once",
                fields=["day", "name", "variant_id", "of_dropped"],
                nulls_distinct=False,
            ),
        ]
        indexes = [
            # The dashboard: the totals of some days, and the days of some variants.
            models.Index(name="workers_dailyfigure_totals", fields=["day"], condition=Q(variant_id__isnull=True)),
            # Read for every variant with an open alert, hence without a look into the table.
            models.Index(
                name="workers_dailyfigure_variants",
                fields=["variant_id", "day"],
                include=["name", "quantity"],
                condition=Q(variant_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class ScheduledStart(models.Model):
    """When beat last sent a job of its schedule."""

    name = models.CharField(max_length=100, primary_key=True)
    sent_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
