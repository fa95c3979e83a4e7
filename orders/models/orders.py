"""Orders, their lines and their log. Only `orders.services` write them, and orders are never deleted."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Upper

from cart.models import Cart
from core.typed_words import Code, WordVector
from inventory.models import ProductVariant
from orders.models.addresses import Addressed
from orders.states import State
from orders.totals import TaxShare, Totals


class Order(Addressed):
    """A bought cart: a copy of everything that was agreed on, so that no later change reaches it.

    The customer's account and the cart may be deleted (the order stays, for the books). Goods and delivery methods may
    change their names and prices.
    """

    number = models.CharField(max_length=16, unique=True, editable=False)  # by orders.numbers
    idempotency_key = models.CharField(max_length=64, unique=True, editable=False)
    # The last guard against two orders of one cart.
    cart = models.OneToOneField(Cart, null=True, on_delete=models.SET_NULL, related_name="order", editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="orders"
    )
    state = models.CharField(max_length=10, choices=State, default=State.PLACED, editable=False)
    goods_total = models.DecimalField(max_digits=14, decimal_places=2)
    delivery_name = models.CharField(max_length=60)
    delivery_price = models.DecimalField(max_digits=8, decimal_places=2)
    # Of orders from before there were tax classes, which have no rows in `taxes`. Of others, the rate of most of it.
    tax_rate = models.DecimalField(max_digits=5, decimal_places=2, help_text="Per cent, contained in the total.")
    tax = models.DecimalField(max_digits=14, decimal_places=2, help_text="Contained in the total.")
    total = models.DecimalField(max_digits=14, decimal_places=2)
    pay_by = models.DateTimeField(help_text="Unpaid then, it is cancelled.")

    # Not a column: `place_order` sets it on the order of a repeated request.
    was_replayed = False

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="orders_order_total_is_the_sum", condition=Q(total=F("goods_total") + F("delivery_price"))
            ),
            models.CheckConstraint(name="orders_order_money_not_negative", condition=Q(goods_total__gte=0, tax__gte=0)),
        ]
        indexes = [
            # The sweep that cancels what was not paid.
            models.Index(name="orders_order_unpaid", fields=["pay_by"], condition=Q(state="placed")),
            models.Index(name="orders_order_state_created", fields=["state", "-created_at"]),
            # Lists of the admin: the orders of a day, and those of one customer.
            models.Index(name="orders_order_created", fields=["created_at"]),
            models.Index(Upper("email"), name="orders_order_email"),
            GinIndex(WordVector("name"), name="orders_order_name_words"),
            models.Index(Code("postcode"), name="orders_order_postcode"),
        ]
        permissions = [
            ("fulfil_order", "Can ship orders and print packing slips"),
            ("settle_order", "Can note payments, cancel, refund and take units back"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def totals(self) -> Totals:
        """What the order costs, as it was agreed on. 1 query, or none after `orders.selectors.with_taxes`."""
        rows = getattr(self, "tax_rows", None)
        if rows is None:
            rows = self.taxes.values_list("rate", "gross", "tax")
        return Totals(
            goods=self.goods_total,
            delivery=self.delivery_price,
            tax=self.tax,
            total=self.total,
            taxes=tuple(TaxShare(*row) for row in rows) or (TaxShare(self.tax_rate, self.total, self.tax),),
        )


class OrderLine(models.Model):
    """Units of a variant, with its name and price at the time of the order."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    variant = models.ForeignKey(ProductVariant, on_delete=models.PROTECT, related_name="+")
    sku = models.CharField(max_length=20)
    name = models.CharField(max_length=420)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    quantity = models.IntegerField()
    total = models.GeneratedField(
        expression=F("price") * F("quantity"),
        output_field=models.DecimalField(max_digits=14, decimal_places=2),
        db_persist=True,
    )
    tax_rate = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, help_text="Per cent. Empty: the rate of the order."
    )
    returned_quantity = models.IntegerField(default=0, editable=False, help_text="Units that came back to the shelf.")
    shipped_quantity = models.IntegerField(
        default=0, db_default=0, editable=False, help_text="Units that left. Orders shipped by version 1.0 have 0."
    )
    # The other units that came back had not left yet.
    sent_back_quantity = models.IntegerField(
        default=0, db_default=0, editable=False, help_text="Units that came back after they had left."
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="orders_orderline_one_per_variant", fields=["order", "variant"]),
            models.CheckConstraint(name="orders_orderline_quantity_at_least_one", condition=Q(quantity__gte=1)),
            models.CheckConstraint(
                name="orders_orderline_returned_at_most_all",
                condition=Q(returned_quantity__gte=0, returned_quantity__lte=F("quantity")),
            ),
            models.CheckConstraint(
                name="orders_orderline_shipped_at_most_all",
                condition=Q(shipped_quantity__gte=0, shipped_quantity__lte=F("quantity")),
            ),
            models.CheckConstraint(
                name="orders_orderline_sent_back_at_most_shipped",
                condition=Q(sent_back_quantity__gte=0, sent_back_quantity__lte=F("shipped_quantity"))
                & Q(sent_back_quantity__lte=F("returned_quantity")),
            ),
        ]
        indexes = [models.Index(Upper("sku"), name="orders_orderline_sku")]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.sku}"

    @property
    def kept_quantity(self) -> int:
        """Units that have not come back."""
        return self.quantity - self.returned_quantity

    @property
    def waiting_quantity(self) -> int:
        """Units of a paid order that are still to be shipped. Of an order that is shipped none are, whatever this says.

        Never negative: version 1.0, while it runs beside this one, does not say which of the units had left.
        """
        return max(0, self.kept_quantity - (self.shipped_quantity - self.sent_back_quantity))

    def cost_of(self, units: int) -> Decimal:
        """What this many units of the line cost, to the cent."""
        return self.price * units


class By(models.TextChoices):
    """Who did something to an order. The labels are what staff read where no name of theirs is known."""

    CUSTOMER = "customer", "The customer"
    PAYMENT = "payment", "The payment provider"
    CLOCK = "clock", "The clock"
    STAFF = "staff", "A member of staff who left"


class OrderTransition(models.Model):
    """An entry in an order's log: a transition, or a deed that left the state as it was. Append-only.

    An entry without a change of state is for staff alone; `note` says what was done.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=10, choices=State, blank=True)
    to_state = models.CharField(max_length=10, choices=State)
    note = models.TextField(blank=True)
    by = models.CharField(
        max_length=10, choices=By, blank=True, default="", db_default="", help_text="Empty: it was not recorded."
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Nobody where it was not staff, or where the account is deleted.",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_state or 'new'} to {self.to_state}"

    @property
    def is_correction(self) -> bool:
        """Whether it is an entry for staff alone: a deed without a change of state, or a payment that was withdrawn."""
        return bool(self.from_state) and self.to_state in {self.from_state, State.PLACED}

    @property
    def who(self) -> str:
        """Who did it, for staff. Version 1.0 recorded only the account of staff."""
        if self.actor:
            return self.actor.get_username()
        by = self.by or ("" if self.from_state else By.CUSTOMER)
        return By(by).label if by else "Not recorded"
