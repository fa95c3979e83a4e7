"""Effects still to be done, runs of effects, heartbeats of beat and the workers, and starts of the schedule.

The tables have the names of the app in which version 1.0 had them.
"""

import uuid
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.text import counted


class OutboxRowQuerySet(models.QuerySet["OutboxRow"]):
    """Questions about the outbox."""

    def due(self, effect: str, *, fresh: bool = False) -> "OutboxRowQuerySet":
        """Rows of an effect that failed before and are due again; with `fresh` also those never tried."""
        rows = self.filter(effect=effect, is_dead=False, due_at__lte=Now())
        return rows if fresh else rows.filter(attempts__gt=0)

    def waiting(self, *, longer_than: timedelta) -> "OutboxRowQuerySet":
        """Rows that have been due for longer than this."""
        return self.filter(is_dead=False, due_at__lt=Now() - longer_than)


class OutboxRow(models.Model):
    """One effect still to be done, written in the transaction of the change that enqueued it.

    The row is deleted in the transaction that does the effect, which is what makes the effect happen once. There is no
    unique key: an upsert would make a shopper's request wait for a worker that has the row locked.
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
        db_table = "workers_outboxrow"
        verbose_name = "effect"  # to staff
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
    """One batch that a worker did, or failed to do. The record of rows that are deleted by then."""

    effect = models.CharField(max_length=50)
    task_id = models.CharField(max_length=64, blank=True, help_text="The Celery task that did it.")
    started_at = models.DateTimeField()
    milliseconds = models.IntegerField()
    row_ids = ArrayField(models.BigIntegerField())
    event_ids = ArrayField(models.UUIDField())
    error = models.TextField(blank=True, default="")

    class Meta:
        db_table = "workers_effectrun"
        verbose_name = "run"  # to staff
        ordering = ["-id"]
        indexes = [
            GinIndex(name="workers_effectrun_events", fields=["event_ids"]),
            # Retention drops the oldest.
            models.Index(name="workers_effectrun_started", fields=["started_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.effect}: {counted(len(self.row_ids), 'row', 'rows')}"


class Heartbeat(models.Model):
    """When beat, or the workers of a queue, last recorded that they are running."""

    name = models.CharField(max_length=50, primary_key=True)
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "workers_heartbeat"

    def __str__(self) -> str:
        return self.name


class ScheduledStart(models.Model):
    """When beat last sent a job of its schedule."""

    name = models.CharField(max_length=100, primary_key=True)
    sent_at = models.DateTimeField()

    class Meta:
        db_table = "workers_scheduledstart"

    def __str__(self) -> str:
        return self.name
