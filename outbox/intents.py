"""`enqueue`, which writes effects in the caller's transaction with one INSERT and wakes a worker after commit."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from core.logging import current_request
from outbox.registry import registry
from outbox.wakeup import notify

# By hand, since this is in every add: `bulk_create` of three rows costs six times as much, all of it in this process.
_INSERT = "INSERT INTO workers_outboxrow (effect, key, payload, event_id, attempts, error, is_dead) VALUES "
_ROW = "(%s, %s, %s, %s, 0, '', FALSE)"


@dataclass(frozen=True)
class Intent:
    """One effect to be done: its name, its key, and its payload.

    The payload has ids, numbers and texts of JSON, never a model instance, which would be outdated when it is read.
    `version` is the version of the payload's shape: rows written before a deployment are read after it. It is stored as
    `v`, and the id of the request as `request`, for the log alone.
    `event_id` is for a change that is several events, such as a sweep; without it the one of `enqueue` is used.
    """

    effect: str
    key: object
    payload: dict[str, Any] = field(default_factory=dict)
    version: int = 1
    event_id: uuid.UUID | None = None


def enqueue(intents: Iterable[Intent], *, event_id: uuid.UUID | None = None) -> None:
    """Write the rows of one event with the change that caused it, in one INSERT, and wake a worker after commit.

    Call it once per event, inside the transaction of the change: both are committed or neither. The event's id (a new
    one if none is given) finds its rows and what happened to them.
    Raises KeyError for an effect that is not registered, and TypeError for a payload that JSON cannot hold.
    """
    event_id = event_id or uuid.uuid4()
    rows = [_row(intent, event_id) for intent in intents]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT + ", ".join([_ROW] * len(rows)), [value for row in rows for value in row])
        _notify_after_commit({row[0] for row in rows})


def _row(intent: Intent, event_id: uuid.UUID) -> tuple[str, str, str, uuid.UUID]:
    payload = {"v": intent.version, **intent.payload}
    if request_id := current_request():
        payload["request"] = request_id
    name = registry[intent.effect].name
    return name, str(intent.key), json.dumps(payload), intent.event_id or event_id


def _notify_after_commit(effects: set[str]) -> None:
    """Robust: a failure here must not turn a committed request into an error, which the shopper would repeat.

    A closure over an argument, not `functools.partial`: Django 5.2 crashes when it logs a robust partial that raised.
    """

    def notify_of_them() -> None:
        notify(effects)

    transaction.on_commit(notify_of_them, robust=True)
