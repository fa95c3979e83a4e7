"""Which orders: of which day, not paid in time, with money to send back; which refunds."""

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from core.admin.filters import ChoiceFilter, Choices
from core.days import start_of, today
from orders.models import Refund
from orders.states import State


class PlacedFilter(ChoiceFilter):
    """When it was placed, by the days of the shop's time zone. `column` is the path to that moment."""

    title = "day"
    parameter_name = "day"
    column = "created_at"

    def options(self) -> Choices:
        return {
            "today": ("Today", self._since(0)),
            "yesterday": ("Yesterday", self._since(1) & ~self._since(0)),
            "7": ("Last 7 days", self._since(7)),
            "30": ("Last 30 days", self._since(30)),
        }

    def _since(self, days_ago: int) -> Q:
        return Q(**{f"{self.column}__gte": start_of(today() - timedelta(days=days_ago))})


class LinePlacedFilter(PlacedFilter):
    column = "order__created_at"


class DueFilter(ChoiceFilter):
    """What somebody has to look after."""

    title = "due"
    parameter_name = "due"

    def options(self) -> Choices:
        owed = Refund.objects.filter(sent_at__isnull=True).order_by().values("order")
        return {
            "payment": ("Overdue: not paid in time", Q(state=State.PLACED, pay_by__lt=Now())),
            "refund": ("Refund to be sent", Q(pk__in=owed)),
        }


class SentFilter(ChoiceFilter):
    """Which refunds: those to be sent, unless asked otherwise."""

    title = "state"
    parameter_name = "state"
    default = ("To be sent", Q(sent_at__isnull=True))

    def options(self) -> Choices:
        return {"sent": ("Sent", Q(sent_at__isnull=False)), "all": ("All", Q())}
