"""Which orders: of which day, not paid in time, with money to send back; which refunds."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone

from core.admin.filters import DefaultedFilter
from orders.models import Refund
from orders.states import State


class DayFilter(SimpleListFilter):
    """When it was placed, by the days of the shop's time zone. `column` is the path to that moment."""

    title = "day"
    parameter_name = "day"
    column = "created_at"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("today", "Today"), ("yesterday", "Yesterday"), ("7", "Last 7 days"), ("30", "Last 30 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "today":
                return queryset.filter(**{f"{self.column}__gte": start_of_day(0)})
            case "yesterday":
                between = (start_of_day(1), start_of_day(0) - timedelta(microseconds=1))
                return queryset.filter(**{f"{self.column}__range": between})
            case "7" | "30" as days:
                return queryset.filter(**{f"{self.column}__gte": start_of_day(int(days))})
        return queryset


class LineDayFilter(DayFilter):
    column = "order__created_at"


class DueFilter(SimpleListFilter):
    """What somebody has to look after."""

    title = "due"
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("payment", "Overdue: not paid in time"), ("refund", "Refund to be sent")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "payment":
                return queryset.filter(state=State.PLACED, pay_by__lt=Now())
            case "refund":
                return queryset.filter(pk__in=Refund.objects.filter(sent_at__isnull=True).order_by().values("order"))
        return queryset


class SentFilter(DefaultedFilter):
    """Which refunds: those to be sent, unless asked otherwise."""

    title = "state"
    parameter_name = "state"
    default = "To be sent"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("sent", "Sent"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Refund]) -> QuerySet[Refund]:
        match self.value():
            case "sent":
                return queryset.filter(sent_at__isnull=False)
            case "all":
                return queryset
        return queryset.filter(sent_at__isnull=True)


def start_of_day(ago: int) -> datetime:
    """The first moment of the day so many days before today, in the shop's time zone."""
    day = timezone.localdate() - timedelta(days=ago)
    return timezone.make_aware(datetime.combine(day, time.min))
