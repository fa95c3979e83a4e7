"""The stock ledger, low-stock alerts, and the variants whose alerts are muted. `inventory.services` writes them."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from inventory.models.catalog import ProductVariant


class StockMovement(models.Model):
    """One line of the ledger: why the units on hand changed. No other row changes what is on hand. Append-only:
    the database refuses to change or delete a line (migration 0009).

    The units that a count found are its `balance_after`. A count that found what was expected is a line too, of 0
    units, since it is the record that somebody counted.
    """

    class Kind(models.TextChoices):
        OPENING = "opening", "Opening stock"
        RECEIPT = "receipt", "Goods received"
        ADJUSTMENT = "adjustment", "Adjustment"
        COUNT = "count", "Stock count"
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
            # A correction may be of a wrong balance only: it states what is on hand, and the chain starts anew.
            models.CheckConstraint(
                name="inventory_stockmovement_delta_not_zero",
                condition=~Q(delta=0) | Q(kind__in=["correction", "count"]),
            ),
            models.CheckConstraint(
                name="inventory_stockmovement_balance_not_negative", condition=Q(balance_after__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delta:+d} {self.kind}"


class LowStockAlertQuerySet(models.QuerySet["LowStockAlert"]):
    """Filters of alerts."""

    def open(self) -> "LowStockAlertQuerySet":
        return self.filter(closed_at__isnull=True)

    def with_unsent_changes(self) -> "LowStockAlertQuerySet":
        """Alerts whose last change the recipients were not told of, without those of muted variants."""
        muted = AlertMute.objects.filter(variant=OuterRef("variant"), until__gt=Now())
        return self.filter(~Exists(muted), changed_since__isnull=False)


class LowStockAlert(models.Model):
    """Free stock of a variant fell to its threshold. Open until it is clearly above the threshold again.

    `told` is the state that the last e-mail told, and `changed_since` when the alert first left that state.
    """

    class Level(models.TextChoices):
        LOW = "low", "Low"
        OUT = "out", "Out of stock"

    CLOSED = "closed"

    variant = models.ForeignKey("inventory.ProductVariant", on_delete=models.PROTECT, related_name="alerts")
    level = models.CharField(max_length=3, choices=Level.choices)
    stock_when_opened = models.IntegerField()
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    told = models.CharField(max_length=6, blank=True, default="", editable=False)
    changed_since = models.DateTimeField(null=True, blank=True, editable=False)

    objects = LowStockAlertQuerySet.as_manager()

    class Meta:
        ordering = [F("closed_at").desc(nulls_first=True), "-id"]
        permissions = [
            ("acknowledge_alert", "Can acknowledge low-stock alerts"),
            ("mute_alert", "Can mute the low-stock alerts of a variant"),
        ]
        indexes = [
            models.Index(
                name="inventory_lowstockalert_news", fields=["changed_since"], condition=Q(changed_since__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="inventory_lowstockalert_one_open_per_variant",
                fields=["variant"],
                condition=Q(closed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant}: {self.get_level_display()}"

    @property
    def state(self) -> str:
        """The level of an open alert, else "closed"."""
        return self.CLOSED if self.closed_at else self.level

    @property
    def needs_notification(self) -> bool:
        """Whether to tell the recipients: opened, sold out or closed. Not if it sold out and a few units came back."""
        if self.closed_at:
            return self.told != ""
        return self.told == "" or (self.told, self.level) == (self.Level.LOW, self.Level.OUT)


class AlertMute(models.Model):
    """No e-mail about a variant before `until`. Its alerts are recorded, and told afterwards if they still hold."""

    variant = models.OneToOneField("inventory.ProductVariant", on_delete=models.CASCADE, related_name="alert_mute")
    until = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=200)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.variant} until {self.until}"
