"""Which carts: touched how long ago, and worth how much."""

from datetime import timedelta
from decimal import Decimal

from django.db.models import Q
from django.db.models.functions import Now

from core.admin.filters import ChoiceFilter, Choices
from core.money import money

_STEPS = [10, 50, 200]  # in the shop's currency


class AgeFilter(ChoiceFilter):
    """When the shopper last changed it."""

    title = "last touched"
    parameter_name = "touched"

    def options(self) -> Choices:
        return {
            "hour": ("In the last hour", Q(updated_at__gte=Now() - timedelta(hours=1))),
            "day": ("In the last day", Q(updated_at__gte=Now() - timedelta(days=1))),
            "1": ("Over a day ago", Q(updated_at__lt=Now() - timedelta(days=1))),
            "7": ("Over a week ago", Q(updated_at__lt=Now() - timedelta(days=7))),
        }


class WorthFilter(ChoiceFilter):
    """What is in it, at the prices of when it was added: by `value`, which the list's own queryset adds."""

    title = "value"
    parameter_name = "value"

    def options(self) -> Choices:
        worth: Choices = {str(step): (f"{money(Decimal(step))} or more", Q(value__gte=step)) for step in _STEPS}
        return {"0": ("Empty", Q(value=0))} | worth
