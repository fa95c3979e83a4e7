"""Effects that only tests have, and a look into the broker. The fixture is known to all tests."""

from collections.abc import Callable, Iterator

import pytest

from core.celery import Queue, app
from core.redis import client
from outbox.effects import effect
from outbox.registry import Batch, Handler, registry

MakeEffect = Callable[..., list[Batch]]


@pytest.fixture
def make_effect() -> Iterator[MakeEffect]:
    """Register an effect; returns the list of the batches that it was given, so far."""
    app.finalize()  # before it, tasks are only promised, and a promise cannot be taken back
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
    """How many messages wait in the broker."""
    lengths: list[int] = [client().llen(queue.value) for queue in Queue]
    return sum(lengths)
