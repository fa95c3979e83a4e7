"""`Books`, the columns of orders that accounting needs: what was agreed on, what came, and what went back."""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum

from core.admin.base import ReadOnlyAdmin
from core.admin.decorators import display
from core.text import money
from orders.models import Order, OrderTransition, Payment, Refund
from orders.states import State
from orders.totals import TaxShare

_NOTHING = Decimal("0.00")
_SETTLED = (State.PAID, State.SHIPPED, State.REFUNDED)  # the money is here, or was


class Books(ReadOnlyAdmin):
    """What an admin of orders exports. One query for each 2,000 orders, which finds the rest by the order's id."""

    export_fields = [
        *("number", "created_at", "state", "email", "name", "street", "street_2", "postcode", "city", "country_name"),
        *("phone", "company", "vat_id", "billed_to"),
        *("goods_total", "delivery_name", "delivery_price", "tax", "taxes", "total", "pay_by"),
        *("paid_at", "paid_with", "shipped_at", "refunds_sent", "refunds_due"),
    ]

    def rows_to_export(self, rows: QuerySet[Order]) -> QuerySet[Order]:
        paid = Payment.objects.filter(order=OuterRef("pk"), status=Payment.Status.PAID).order_by("settled_at", "pk")
        return rows.annotate(
            last_paid=_last_move(State.PLACED, State.PAID),
            last_shipped=_last_move(State.PAID, State.SHIPPED),
            provider=Subquery(paid.values("provider")[:1]),
            sent=_refunds(sent_at__isnull=False),
            due=_refunds(sent_at__isnull=True),
        )

    @display(description="Tax by rate")
    def taxes(self, order: Any) -> str:
        """Amounts of the file's own column `tax`, without a currency."""
        return rates_of(order.totals.taxes, str)

    @display(description="Billed to")
    def billed_to(self, order: Any) -> str:
        """Name and address of the bill in one cell."""
        return ", ".join(order.billing_lines)

    @display(description="Paid")
    def paid_at(self, order: Any) -> datetime | None:
        """Empty also where a payment was withdrawn and the order waits again."""
        moment: datetime | None = order.last_paid if order.state in _SETTLED else None
        return moment

    @display(description="Paid with")
    def paid_with(self, order: Any) -> str | None:
        provider: str | None = order.provider
        return provider

    @display(description="Shipped")
    def shipped_at(self, order: Any) -> datetime | None:
        moment: datetime | None = order.last_shipped
        return moment

    @display(description="Refunds sent")
    def refunds_sent(self, order: Any) -> Decimal:
        return order.sent or _NOTHING

    @display(description="Refunds due")
    def refunds_due(self, order: Any) -> Decimal:
        return order.due or _NOTHING


def rates_of(taxes: Iterable[TaxShare], written: Callable[[Decimal], str] = money) -> str:
    """The tax of each rate, as “20 %: £3.77, 5 %: £0.54”."""
    return ", ".join(f"{share.rate.normalize():f} %: {written(share.tax)}" for share in taxes)


def _last_move(before: State, after: State) -> Subquery:
    moves = OrderTransition.objects.filter(order=OuterRef("pk"), from_state=before, to_state=after)
    return Subquery(moves.order_by("-pk").values("created_at")[:1])


def _refunds(**condition: bool) -> Subquery:
    refunds = Refund.objects.filter(order=OuterRef("pk"), **condition).order_by()
    return Subquery(refunds.values("order").annotate(amounts=Sum("amount")).values("amounts"))
