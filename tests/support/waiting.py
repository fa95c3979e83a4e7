"""Waiting for what a worker does: polled, never guessed, and the time it took printed."""

import time
from collections.abc import Callable

PATIENCE = 60.0  # seconds; the longest of a slow machine, since whoever waits goes on at once


def wait_until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> float:
    """Poll until the condition holds; print and return the seconds it took. Fails after `patience` seconds."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < patience, f"not seen within {patience:.0f} s: {what}"
        time.sleep(0.02)
    took = time.monotonic() - start
    print(f"{what}: {took:.2f} s")  # noqa: T201
    return took
