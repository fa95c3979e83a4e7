"""Dropping what a drill's throw-away variant set off."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from analytics.events import mark_days
from analytics.models import AnalyticsEvent
from core.days import day_of
from outbox.models import OutboxRow


@transaction.atomic
def erase_traces(*, variant_ids: Collection[int], cart_ids: Collection[int]) -> None:
    """Delete the effects still to be done and the events recorded of these variants and carts.

    The outbox first: its DELETE waits for a worker that is at one of the rows, so that the events which that worker
    recorded are committed, and seen, when the events are deleted. Days that may be rolled up already will be so again.
    """
    rows = Q(effect="record_analytics", payload__variant_id__in=variant_ids)
    rows |= Q(effect="check_low_stock", key__in=[str(each) for each in variant_ids])
    rows |= Q(effect="recalculate_cart_totals", key__in=[str(each) for each in cart_ids])
    OutboxRow.objects.filter(rows).delete()
    events = AnalyticsEvent.objects.filter(variant_id__in=variant_ids)
    mark_days(day_of(moment) for moment in events.values_list("occurred_at", flat=True))
    events.delete()
