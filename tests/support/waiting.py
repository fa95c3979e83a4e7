"""`wait_until`: polls for what a worker does, instead of sleeping, and prints the time it took."""

import time
from collections.abc import Callable

PATIENCE = 60.0  # seconds; enough for a slow machine, since a test goes on as soon as the condition holds


def wait_until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> float:
    """Poll until the condition holds; print and return the seconds it took. Fails after `patience` seconds."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < patience, f"not seen within {patience:.0f} s: {what}"
        time.sleep(0.02)
    took = time.monotonic() - start
    print(f"{what}: {took:.2f} s")  # noqa: T201
    return took
