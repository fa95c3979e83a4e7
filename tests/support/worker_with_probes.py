"""The worker's application, with tasks that only tests send."""

import time
from pathlib import Path
from typing import Any

from celery.worker.control import Panel
from django.conf import settings

from celery_app import app
from core.redis import client


@app.task(name="probe.slow")
def slow(seconds: float) -> None:
    """Run for so many seconds; the message stays unacknowledged."""
    client().set("probe.slow.started", 1)
    time.sleep(seconds)
    client().set("probe.slow.over", 1)


@app.task(name="probe.trace")
def trace(key: str) -> None:
    """Set a key in Redis."""
    client().set(key, 1)


@Panel.register
def probe_stuck(state: Any, seconds: float, **kwargs: Any) -> None:
    """Block the worker's loop, which runs remote commands, and store when it last touched its file."""
    client().set("probe.stuck.before", _touched_at())
    time.sleep(seconds)
    client().set("probe.stuck.over", _touched_at())


def _touched_at() -> float:
    return Path(settings.SHOP_ALIVE_FILE).stat().st_mtime
