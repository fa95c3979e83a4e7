"""The admin of withdrawals: read by staff, and done with on the page of the order."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format

from core.admin.base import ReadOnlyAdmin
from core.admin.decorators import display
from core.admin.filters import ChoiceFilter, Choices
from core.days import day_of, today
from orders.selectors import find_orders
from withdrawals.models import Withdrawal
from withdrawals.period import refund_due
from withdrawals.selectors import IS_OPEN, declared_too_early_for, with_state

_GOODS, _MONEY, _DONE = "Goods to come", "Money to send", "Done"


class OpenFilter(ChoiceFilter):
    """Withdrawals by what is still to be done."""

    title = "what is to be done"
    parameter_name = "open"
    default = ("Open", IS_OPEN)

    def options(self) -> Choices:
        return {
            "late": ("Money is late", IS_OPEN & declared_too_early_for(today())),
            "done": (_DONE, ~IS_OPEN),
            "all": ("All", Q()),
        }


@admin.register(Withdrawal)
class WithdrawalAdmin(ReadOnlyAdmin):
    list_display = ["order", "name", "created_at", "goods", "state", "refund_by"]
    export_fields = ["order", "name", "email", "created_at", "goods", "state", "refund_by"]
    list_filter = [OpenFilter]
    list_select_related = ["order"]
    search_fields = ["name"]  # that there is a search at all; see `get_search_results`
    search_help_text = "The order's number, name or its beginnings, e-mail address or postcode"
    fields = [("order", "created_at"), ("name", "email"), "goods", ("state", "refund_by")]
    readonly_fields = ["goods", "state", "refund_by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Withdrawal]:
        rows: QuerySet[Withdrawal] = super().get_queryset(request)
        return with_state(rows).prefetch_related("lines__order_line")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Withdrawal], search_term: str
    ) -> tuple[QuerySet[Withdrawal], bool]:
        orders = find_orders(search_term).order_by().values("pk")
        return (queryset.filter(order__in=orders) if search_term.strip() else queryset), False

    @display(description="Units")
    def goods(self, withdrawal: Withdrawal) -> str:
        return ", ".join(str(line) for line in withdrawal.lines.all())

    @display(description="State", label={_GOODS: "info", _MONEY: "warning", _DONE: "success"})
    def state(self, withdrawal: Any) -> str:
        if withdrawal.waits_for_goods:
            return _GOODS
        return _MONEY if withdrawal.owes_money else _DONE

    @display(description="Money by", ordering="created_at")
    def refund_by(self, withdrawal: Any) -> str:
        """Empty where nothing is owed any more. It may wait for the goods, or for a proof that they were sent."""
        if not (withdrawal.waits_for_goods or withdrawal.owes_money):
            return "-"
        day = refund_due(day_of(withdrawal.created_at))
        late = ", late" if day < today() else ""
        return f"{date_format(day)}{late}"
