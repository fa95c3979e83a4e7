"""The worker's application, with tasks that only tests send: one that takes its time, one that leaves a trace."""

import time

from celery_app import app
from redis_link import client


@app.task(name="probe.slow")
def slow(seconds: float) -> None:
    """Be at work, unacknowledged, for so long."""
    client().set("probe.slow.started", 1)
    time.sleep(seconds)


@app.task(name="probe.trace")
def trace(key: str) -> None:
    """Leave a key in Redis."""
    client().set(key, 1)
