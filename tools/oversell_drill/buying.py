"""What one process of a drill does: get ready, wait for GO, and be its buyers one after another."""

import logging
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection


class Outcome(StrEnum):
    """How the shop answered a buyer."""

    SUCCESS = "success"
    REFUSAL = "refusal"
    BUSY = "busy"
    ERROR = "error"


@dataclass(frozen=True)
class Answer:
    """One buyer's: its outcome, how long it took in milliseconds, how often its transaction was run again."""

    outcome: Outcome
    milliseconds: float
    retries: int
    error: str = ""


READY, GO = "ready", "go"
_NO_VARIANT = 0


def be_buyers(pipe: Connection, variant_id: int, buyers: int) -> None:
    """The whole life of the process. Arguments: the pipe to the drill, what to buy, and how many buyers to be.

    Says READY, waits for GO, sends an `Answer` a buyer. Stops early when the drill says anything else or is gone.
    """
    from django.db import connection

    retries = _count_retries()
    try:
        connection.ensure_connection()
        _ask(_NO_VARIANT)  # a web process is warm; this answers 404, rolls back, and has everything loaded
        pipe.send(READY)
        if pipe.recv() == GO:
            _buy(pipe, variant_id, range(buyers), retries)
    except (EOFError, BrokenPipeError):
        return  # the drill was killed
    finally:
        connection.close()


def _buy(pipe: Connection, variant_id: int, buyers: Iterable[int], retries: "_Counter") -> None:
    for _ in buyers:
        if pipe.poll():
            return
        before, start = retries.count, time.perf_counter()
        outcome, error = _ask(variant_id)
        took = (time.perf_counter() - start) * 1000
        pipe.send(Answer(outcome, took, retries.count - before, error))


def _ask(variant_id: int) -> tuple[Outcome, str]:
    """One unit for a guest who has no cart yet, as the shop's own view asks for it."""
    from cart.services import add_product_to_cart
    from core.errors import Busy
    from inventory.errors import InsufficientStock

    try:
        add_product_to_cart(None, variant_id, 1, guest_token=uuid.uuid4(), idempotency_key=str(uuid.uuid4()))
    except InsufficientStock:
        return Outcome.REFUSAL, ""
    except Busy:
        return Outcome.BUSY, ""
    except Exception as error:
        return Outcome.ERROR, f"{type(error).__name__}: {error}"
    return Outcome.SUCCESS, ""


class _Counter(logging.Handler):
    """Counts the records of one logger."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


def _count_retries() -> _Counter:
    from core.transactions import retry_log

    counter = _Counter()
    retry_log.addHandler(counter)
    retry_log.propagate = False
    return counter
