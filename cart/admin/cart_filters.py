"""Which carts: touched how long ago, and worth how much."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from cart.models import Cart
from core.money import money

_STEPS = [10, 50, 200]  # in the shop's currency


class AgeFilter(SimpleListFilter):
    """When the shopper last changed it."""

    title = "last touched"
    parameter_name = "touched"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [
            ("hour", "In the last hour"),
            ("day", "In the last day"),
            ("1", "Over a day ago"),
            ("7", "Over a week ago"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Cart]) -> QuerySet[Cart]:
        match self.value():
            case "hour":
                return queryset.filter(updated_at__gte=Now() - timedelta(hours=1))
            case "day":
                return queryset.filter(updated_at__gte=Now() - timedelta(days=1))
            case "1" | "7" as days:
                return queryset.filter(updated_at__lt=Now() - timedelta(days=int(days)))
        return queryset


class ValueFilter(SimpleListFilter):
    """What is in it, at the prices of when it was added."""

    title = "value"
    parameter_name = "value"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("0", "Empty"), *((str(step), f"{money(Decimal(step))} or more") for step in _STEPS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """By `value`, which the list's own queryset adds."""
        value = self.value()
        if value == "0":
            return queryset.filter(value=0)
        return queryset.filter(value__gte=value) if value in {str(step) for step in _STEPS} else queryset
