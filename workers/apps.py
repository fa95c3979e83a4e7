from typing import Any

from celery.signals import heartbeat_sent, task_prerun
from django.apps import AppConfig
from django.db import close_old_connections


class WorkersConfig(AppConfig):
    name = "workers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The web process too must have every effect registered, to wake its workers.
        from outbox import heartbeat
        from workers import receivers, tasks  # noqa: F401

        receivers.connect()
        heartbeat_sent.connect(heartbeat.touch_alive, dispatch_uid="workers.touch_alive")
        # Reused connections (CELERY_DB_REUSE_MAX) may have died since the last task: close those before the next one.
        task_prerun.connect(_check_connections, dispatch_uid="workers.check_connections")


def _check_connections(**kwargs: Any) -> None:
    close_old_connections()
