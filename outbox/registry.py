"""`registry`, all effects by name; `Effect`; and `Batch`, the argument of an effect."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.celery import Queue


@dataclass
class Batch:
    """Rows that are done together: the payloads of each key, oldest first."""

    payloads: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        return list(self.payloads)

    @property
    def ids(self) -> list[int]:
        """The keys as sorted numbers, for effects whose keys are database ids."""
        return sorted(int(key) for key in self.payloads)

    def add(self, key: str, payload: dict[str, Any]) -> None:
        self.payloads.setdefault(key, []).append(payload)


Handler = Callable[[Batch], None]


@dataclass(frozen=True)
class Effect:
    """One kind of effect. `task` is the Celery task that drains its rows."""

    name: str
    queue: Queue
    handle: Handler
    task: Any

    def send(self, **options: Any) -> None:
        """Send the message that makes a worker of its queue drain its rows."""
        self.task.apply_async(queue=self.queue.value, **options)


registry: dict[str, Effect] = {}
