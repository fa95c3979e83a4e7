"""`effect`, the decorator that makes a function an effect, with the Celery task that drains its rows."""

from collections.abc import Callable
from typing import Any

from core.celery import app
from core.queues import Queue
from outbox import drain
from outbox.registry import Effect, Handler, registry


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

    # A lost worker's task is sent again three times, a second apart; the sweep wakes one for what is left even then.
    @app.task(name=name, bind=True, max_retries=3, default_retry_delay=1, **limits)
    def drain_effect(task: Any) -> int:
        request = task.request
        redelivered = (request.delivery_info or {}).get("redelivered")
        return drain.drain(name, task_id=request.id, after_a_loss=bool(redelivered or request.retries))

    return drain_effect
