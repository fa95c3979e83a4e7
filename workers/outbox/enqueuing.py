"""Asking for effects: one INSERT in the caller's transaction, and a ring of the bell after its commit."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from workers.models import OutboxRow
from workers.outbox.doorbell import ring
from workers.outbox.effects import registry


@dataclass(frozen=True)
class Intent:
    """One effect to be done: its name, what it is about, and the facts it needs (ids and numbers, JSON only)."""

    effect: str
    key: object
    payload: dict[str, Any] = field(default_factory=dict)


def enqueue(intents: Iterable[Intent]) -> None:
    """Write the rows of an event with the change that caused it, in one INSERT, and ring for them after commit.

    Call it once an event, inside the transaction of the change: either both are kept or neither is.
    Raises KeyError for an effect that nobody registered.
    """
    rows = [
        OutboxRow(effect=registry[intent.effect].name, key=str(intent.key), payload=intent.payload)
        for intent in intents
    ]
    OutboxRow.objects.bulk_create(rows)
    _ring_after_commit({row.effect for row in rows})


def _ring_after_commit(effects: set[str]) -> None:
    """Robust, since a failure here must not turn a committed request into an error that the shopper repeats.

    A closure over an argument, not `functools.partial`: Django 5.2 fails while logging a robust partial that raised.
    """

    def ring_for_them() -> None:
        ring(effects)

    transaction.on_commit(ring_for_them, robust=True)
