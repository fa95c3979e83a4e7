"""What happened in one cart, as its events tell."""

from dataclasses import dataclass

from analytics.models import AnalyticsEvent
from inventory.models import ProductVariant

MOST = 500  # events that are shown


@dataclass(frozen=True)
class Happening:
    """An event, and the SKU of its variant; empty where it has none, or where the variant is gone."""

    event: AnalyticsEvent
    sku: str


@dataclass(frozen=True)
class CartHistory:
    """Events of a cart, oldest first. `is_cut` says that there were older ones than those."""

    cart_id: int
    happenings: list[Happening]
    is_cut: bool


def cart_history(cart_id: int) -> CartHistory:
    """The last events of a cart that are kept. 2 queries."""
    events = AnalyticsEvent.objects.filter(cart_id=cart_id).order_by("-occurred_at", "-id")
    found = list(events[: MOST + 1])
    shown = found[:MOST][::-1]
    variants = ProductVariant.objects.filter(pk__in={event.variant_id for event in shown})
    skus = dict(variants.values_list("pk", "sku"))
    happenings = [Happening(event, skus.get(event.variant_id or 0, "")) for event in shown]
    return CartHistory(cart_id=cart_id, happenings=happenings, is_cut=len(found) > MOST)
