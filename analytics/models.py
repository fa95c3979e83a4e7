"""Events and daily figures. The tables have the names of the app in which version 1.0 had them."""

import uuid

from django.db import models
from django.db.models import F, Q


class AnalyticsEvent(models.Model):
    """Something a shopper did, or staff with their holds, by its GA4 name if GA4 has one.

    Facts and ids only: no foreign keys, no persons.

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
        db_table = "workers_analyticsevent"
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
    """A mark: events of this day were recorded or removed, and its figures may not know them.

    Written with the events, one per batch, and deleted by the roll-up of the day. There is no unique key: recording
    would wait for the roll-up and for other recording transactions.
    """

    day = models.DateField(db_index=True)

    class Meta:
        db_table = "workers_uncountedday"

    def __str__(self) -> str:
        return f"{self.day}"


class DailyFigure(models.Model):
    """The sums of the events of one day and one name: of one variant, or of all together (NULL).

    A figure is the sum of two rows: of events that exist, and of dropped ones.
    """

    day = models.DateField(help_text="By TIME_ZONE.")
    name = models.CharField(max_length=30)
    variant_id = models.BigIntegerField(null=True, blank=True, help_text="Empty: of all variants together.")
    of_dropped = models.BooleanField(help_text="Of events that were dropped for their age.")
    events = models.BigIntegerField()
    quantity = models.BigIntegerField()
    value = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta:
        db_table = "workers_dailyfigure"
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
