"""`effect`, the decorator that makes a function an effect and creates the Celery task that drains its rows."""

from collections.abc import Callable
from typing import Any

from core.celery import Queue, app
from outbox import drain
from outbox.registry import Effect, Handler, registry


def effect(name: str, *, queue: Queue = Queue.BULK, longest: int | None = None) -> Callable[[Handler], Handler]:
    """Register a function as the effect of this name, done by the workers of this queue.

    The function gets a `Batch` inside the transaction that also deletes the rows. So its writes to the database happen
    exactly once, and it must do nothing that cannot be rolled back. If it raises, the rows are tried again one by one.
    Arguments: `longest`, the seconds that a batch may take, where the 20 of other tasks are too few.
    Raises ValueError where the name is taken.
    """

    def register(handle: Handler) -> Handler:
        if name in registry:
            raise ValueError(f"There is an effect called {name} already.")
        registry[name] = Effect(name=name, queue=queue, handle=handle, task=_make_task(name, longest))
        return handle

    return register


def _make_task(name: str, longest: int | None) -> Any:
    limits: dict[str, Any] = {"soft_time_limit": longest, "time_limit": longest + 10} if longest else {}

    # The task of a lost worker is sent again three times, a second apart. After that the sweep wakes a worker.
    @app.task(name=name, bind=True, max_retries=3, default_retry_delay=1, **limits)
    def drain_effect(task: Any) -> int:
        request = task.request
        redelivered = (request.delivery_info or {}).get("redelivered")
        return drain.drain(name, task_id=request.id, after_a_loss=bool(redelivered or request.retries))

    return drain_effect
