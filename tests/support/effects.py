"""`make_effect`, a fixture of all tests that registers effects, and `messages`, which counts the broker's messages."""

from collections.abc import Callable, Iterator

import pytest

from core.celery import Queue, app
from core.redis import client
from outbox.effects import effect
from outbox.registry import Batch, Handler, registry

MakeEffect = Callable[..., list[Batch]]


@pytest.fixture
def make_effect() -> Iterator[MakeEffect]:
    """Register an effect. Returns a list that grows by each batch the effect is given."""
    app.finalize()  # before it, a task is only a promise, which cannot be removed
    names: list[str] = []

    def make(name: str, handle: Handler = lambda batch: None) -> list[Batch]:
        batches: list[Batch] = []

        @effect(name)
        def handle_and_note(batch: Batch) -> None:
            batches.append(batch)
            handle(batch)

        names.append(name)
        return batches

    yield make
    for name in names:
        del registry[name]
        app.tasks.pop(name, None)


def messages() -> int:
    """Return how many messages wait in the broker."""
    lengths: list[int] = [client().llen(queue.value) for queue in Queue]
    return sum(lengths)
