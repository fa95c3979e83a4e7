"""What staff do with stock and products in a storm, and the guards of these that controls remove."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse

from cart.errors import HoldsInTheWay
from cart.services import move_stock_past_holds
from cart.services import stock as moving
from inventory import forms
from inventory.imports import catalogue_changes
from inventory.imports.catalogue import CataloguePlan
from inventory.models import ProductVariant, StockMovement
from inventory.selectors import stock_seen
from inventory.services import catalog, stock
from tests.storms.guards_out import replace
from tests.storms.harness import meet


def send_form(user_id: int, variant_id: int, fields: dict[str, str]) -> int:
    """Post the form of the stock page. Returns the status of the response: 302 if the stock moved."""
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(pk=user_id))
    meet()
    return client.post(reverse("admin:inventory_productvariant_stock", args=[variant_id]), fields).status_code


def lower(user_id: int, variant_id: int, units: int, may_lose: Sequence[int] = ()) -> list[int] | str:
    """Remove units. Returns the ids of lines that lost their hold, or negated those in the way, or a refusal's name."""
    try:
        moved = move_stock_past_holds(
            variant_id=variant_id,
            delta=-units,
            kind=StockMovement.Kind.ADJUSTMENT,
            reason="Broken",
            seen=stock_seen(ProductVariant.objects.get(pk=variant_id)),
            actor=User.objects.get(pk=user_id),
            may_lose=may_lose,
        )
    except HoldsInTheWay as refusal:
        return [-line.pk for line in refusal.lines]
    except ValidationError as refusal:
        return type(refusal).__name__
    return [line.pk for line in moved.lost]


def nobody_asks_what_was_seen() -> None:
    """Remove a guard: the movement is made whatever numbers the person saw."""
    for module in (stock, moving):
        replace(module, check_seen=lambda variant, seen: None)


def the_variant_is_not_locked() -> None:
    """Remove a guard: the holds to end are chosen from rows that an add is about to change."""
    replace(moving, lock_variants=lambda ids: list(ProductVariant.objects.filter(pk__in=ids)))


def save_page(user_id: int, page: str, row_id: int, fields: dict[str, Any]) -> int:
    """Post the form of a product's or a variant's page. Returns the status of the response: 302 if it was saved."""
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(pk=user_id))
    return client.post(reverse(f"admin:inventory_{page}_change", args=[row_id]), fields).status_code


def rename_by_import(sku: str, before: str, after: str) -> str:
    """Apply an import that has another name for one variant."""
    with transaction.atomic():
        return catalogue_changes.change_catalogue(
            CataloguePlan(names={sku: (before, after)}), cause="names.csv", actor=None
        )


def products_are_not_locked() -> None:
    """Remove a guard: a save of a variant then locks its product by the trigger, after the variant."""
    for module in (forms, catalog, catalogue_changes):
        replace(module, lock_products=lambda ids: None)
