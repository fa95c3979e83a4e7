"""The effects there are: a name, a function of a batch, and the Celery task that drains its rows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from celery_app import app
from core.queues import Queue


@dataclass
class Batch:
    """Rows that are done together: the payloads of each key, oldest first."""

    payloads: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        return list(self.payloads)

    @property
    def ids(self) -> list[int]:
        """The keys as numbers, for effects whose keys are database ids."""
        return sorted(int(key) for key in self.payloads)

    def add(self, key: str, payload: dict[str, Any]) -> None:
        self.payloads.setdefault(key, []).append(payload)


Handler = Callable[[Batch], None]


@dataclass(frozen=True)
class Effect:
    """One kind of effect. `task` is the Celery task whose arrival makes a worker drain its rows."""

    name: str
    queue: Queue
    handle: Handler
    task: Any

    def send(self, **options: Any) -> None:
        """Send the message that makes a worker of its queue drain its rows."""
        self.task.apply_async(queue=self.queue.value, **options)


registry: dict[str, Effect] = {}


def effect(name: str, *, queue: Queue = Queue.BULK, longest: int | None = None) -> Callable[[Handler], Handler]:
    """Make a function the effect of this name, done by the workers of this queue.

    The function gets a `Batch` inside a transaction that also deletes the rows, so what it writes to the database
    happens exactly once; it must do nothing else that cannot be rolled back. If it raises, the rows are tried again one
    by one. `longest` is how many seconds a batch may take where the 20 of other tasks are too few. Raises ValueError
    where the name is taken.
    """

    def register(handle: Handler) -> Handler:
        if name in registry:
            raise ValueError(f"There is an effect called {name} already.")
        registry[name] = Effect(name=name, queue=queue, handle=handle, task=_make_task(name, longest))
        return handle

    return register


def _make_task(name: str, longest: int | None) -> Any:
    limits: dict[str, Any] = {"soft_time_limit": longest, "time_limit": longest + 10} if longest else {}

    # A lost worker's task is sent again three times, a second apart; the sweep rings for what is left even then.
    @app.task(name=name, bind=True, max_retries=3, default_retry_delay=1, **limits)
    def drain_effect(task: Any) -> int:
        from workers.outbox.draining import drain

        request = task.request
        redelivered = (request.delivery_info or {}).get("redelivered")
        return drain(name, task_id=request.id, after_a_loss=bool(redelivered or request.retries))

    return drain_effect
