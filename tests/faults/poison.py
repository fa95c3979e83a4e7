"""An effect whose payload says how it fails."""

import os
import resource
import signal

from analytics.models import AnalyticsEvent
from outbox.effects import effect
from outbox.registry import Batch
from tests.faults.names import POISON


@effect(POISON)
def take_poison(batch: Batch) -> None:
    """Fail as each row says. A row that says nothing becomes an event of this name."""
    for payloads in batch.payloads.values():
        for payload in payloads:
            _swallow(payload)


def _swallow(payload: dict[str, str]) -> None:
    how = payload.get("how", "")
    if how == "raise":
        raise ValueError("poison")
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "memory":
        _exhaust_memory()
    AnalyticsEvent.objects.create(name=POISON, occurred_at="2026-01-01T00:00:00Z")


def _exhaust_memory() -> None:
    """Exhaust a limit of this process alone, since the machine is shared."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (1_000_000_000, before[1]))
    try:
        bytearray(2_000_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
