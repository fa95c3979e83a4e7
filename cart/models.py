"""Carts, their lines, and the keys that make an add safe to repeat."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from cart.totals import store_totals
from core.rows import GuardedColumns
from core.text import counted
from inventory.models import ProductVariant


class Cart(GuardedColumns):
    """What one shopper is about to buy. A shopper has at most one open cart.

    `version` counts the changes of the lines, and `totals_version` is the version that `total_price` is the sum of. If
    the two differ, the stored total is stale, and `cart.selectors` sums the lines instead.
    """

    guarded_columns = frozenset({"status", "version", "total_price", "totals_version", "updated_at"})

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        MERGED = "merged", "Merged into a customer's cart"
        ABANDONED = "abandoned", "Abandoned"
        ORDERED = "ordered", "Ordered"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="carts"
    )
    guest_token = models.UUIDField(null=True, blank=True, editable=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    total_price = models.DecimalField(max_digits=12, decimal_places=2, default=0, editable=False)
    version = models.BigIntegerField(default=0, editable=False)
    totals_version = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    # Not columns; commands set them. The database's clock when the row was locked; whether the request was a repeated
    # one, so that nothing was added; the line that was changed, with its variant and product; and one that was deleted.
    locked_at: datetime
    was_replayed = False
    changed_line: "CartItem | None" = None
    removed_line: "CartItem | None" = None

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="cart_cart_one_owner",
                condition=Q(user__isnull=False, guest_token__isnull=True)
                | Q(user__isnull=True, guest_token__isnull=False),
            ),
            models.UniqueConstraint(
                name="cart_cart_one_open_per_user",
                fields=["user"],
                condition=Q(status="open", user__isnull=False),
            ),
            # Merged carts count too: a token that was merged into a customer's cart can never open another cart.
            models.UniqueConstraint(
                name="cart_cart_one_per_guest_token",
                fields=["guest_token"],
                condition=Q(status__in=["open", "merged"], guest_token__isnull=False),
            ),
            models.CheckConstraint(name="cart_cart_total_not_negative", condition=Q(total_price__gte=0)),
        ]
        indexes = [
            # The sweep that closes abandoned guest carts reads the oldest open ones. No index has a column that an add
            # changes: PostgreSQL then writes the new row beside the old one and touches no index (a HOT update).
            models.Index(
                name="cart_cart_open_guest_created",
                fields=["created_at"],
                condition=Q(status="open", guest_token__isnull=False),
            ),
            # Staff: lines of open carts whose holds have expired, the newest carts first.
            models.Index(name="cart_cart_open", fields=["id"], condition=Q(status="open")),
        ]

    def __str__(self) -> str:
        return f"Cart {self.pk}"

    def recalculate_total(self) -> None:
        """Store the total of the lines as they are now. Workers do this after every change; see `cart.services`."""
        store_totals(cart_ids=[self.pk])
        self.refresh_from_db(fields=["total_price", "totals_version", "version"])


# A change of the quantity changes these too, so every save writes them.
_FOLLOWING = {"price", "reserved_quantity", "reserved_until", "hold_extensions"}


class CartItem(models.Model):
    """A line: units of one variant, the hold on them, and the price when the last of them were taken.

    `reserved_quantity` is `quantity` while the line holds its units, and 0 once they went back to free stock.
    """

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="items")
    product_variant = models.ForeignKey(ProductVariant, on_delete=models.PROTECT, related_name="+")
    quantity = models.IntegerField()
    price = models.DecimalField(max_digits=10, decimal_places=2)
    total_price = models.GeneratedField(
        expression=F("price") * F("quantity"),
        output_field=models.DecimalField(max_digits=14, decimal_places=2),
        db_persist=True,
    )
    reserved_quantity = models.IntegerField(default=0, editable=False)
    reserved_until = models.DateTimeField(null=True, blank=True, editable=False)
    hold_extensions = models.SmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    # Not columns. `quantity_change` tells receivers by how many units this save or delete changed the line.
    # `is_settled` says that a service has moved the units already, so `cart.signal_handlers` has nothing to do.
    # `price_before` is the price of a unit before a command gave the line another one.
    quantity_change = 0
    is_settled = False
    # `names_price` says that the caller of save() sets the price.
    price_before: Decimal | None = None
    names_price = False

    class Meta:
        ordering = ["id"]
        verbose_name = "hold"  # to staff; a cart's own page has its lines
        permissions = [("manage_holds", "Can release and extend holds")]
        constraints = [
            models.UniqueConstraint(name="cart_cartitem_one_line_per_variant", fields=["cart", "product_variant"]),
            models.CheckConstraint(name="cart_cartitem_quantity_at_least_one", condition=Q(quantity__gte=1)),
            models.CheckConstraint(name="cart_cartitem_price_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(
                name="cart_cartitem_holds_all_or_nothing",
                condition=Q(reserved_quantity=0) | Q(reserved_quantity=F("quantity")),
            ),
            models.CheckConstraint(
                name="cart_cartitem_hold_has_an_end",
                condition=Q(reserved_quantity=0, reserved_until__isnull=True)
                | Q(reserved_quantity__gt=0, reserved_until__isnull=False),
            ),
        ]
        indexes = [
            # Shortage path: the expired holds of one variant, and when its first live hold ends.
            models.Index(
                name="cart_cartitem_holds_by_variant",
                fields=["product_variant", "reserved_until"],
                condition=Q(reserved_quantity__gt=0),
            ),
            # Sweep: the holds that expired first.
            models.Index(
                name="cart_cartitem_holds_by_end",
                fields=["reserved_until"],
                condition=Q(reserved_quantity__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_variant}, cart {self.cart_id}"  # noqa: RUF001

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save the line and, unless a service has done so, move its units in the same transaction.

        An existing line keeps the price of its row, or gets the variant's if units are taken. The instance's price is
        written only if `update_fields` names it, since the instance may have been loaded before a change of price.
        Raises the errors of `cart.signal_handlers`; nothing is changed then.
        """
        self.names_price = update_fields is not None and "price" in update_fields
        if update_fields is not None:
            update_fields = {*update_fields, *_FOLLOWING}
        elif missing := _FOLLOWING & self.get_deferred_fields():
            # Django saves only loaded fields, and these must include the fields that the signal handlers write.
            self.refresh_from_db(fields=missing)
        with transaction.atomic(savepoint=False):
            super().save(*args, update_fields=update_fields, **kwargs)


class IdempotencyKey(models.Model):
    """A request that was carried out. That the row exists is the whole answer; see `cart.services`."""

    key = models.CharField(max_length=64, primary_key=True)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what was asked for, and by whom.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(name="cart_idempotencykey_created", fields=["created_at"])]

    def __str__(self) -> str:
        return self.key


class StockAudit(models.Model):
    """The result of one audit of all stock. Only `cart.audit` writes it, and deletes it after 90 days."""

    ran_at = models.DateTimeField(db_default=Now(), editable=False)
    variants_checked = models.IntegerField()
    difference_count = models.IntegerField()
    differences = models.JSONField(default=list, blank=True, help_text="The first 1000 that were found.")
    fixed = models.JSONField(default=list, blank=True, help_text="What was corrected, a sentence each.")
    left_count = models.IntegerField(help_text="Differences that were still there afterwards.")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        differences = counted(self.left_count, "difference", "differences")
        return f"{differences} in {counted(self.variants_checked, 'variant', 'variants')}"
