"""Send a task to a shop's workers, and wait until it is done."""

import time

from core.celery import app
from tests.faults.site import Site
from tests.support.waiting import wait_until


def send_task(site: Site, name: str, *arguments: object, queue: str = "scheduled") -> str:
    """Send a task without the proxy. Returns its id."""
    with app.connection_for_write(site.valkey.url) as connection:
        sent = app.send_task(name, list(arguments), queue=queue, connection=connection)
    return str(sent.id)


def run_task(site: Site, name: str) -> float:
    """Run a task whose result is stored. Returns the seconds until it was done."""
    task_id = send_task(site, name)
    started = time.monotonic()
    query = "SELECT 1 FROM django_celery_results_taskresult WHERE task_id = %s AND status = 'SUCCESS'"
    wait_until(lambda: site.sql(query, task_id), f"{name} is done")
    return time.monotonic() - started
