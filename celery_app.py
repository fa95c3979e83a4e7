"""Configures the Celery application that web, worker, beat and Flower share."""

import logging.config
import os
from typing import Any

# Before the application is made: with this it sets Django up, and without it beat and workers find no models.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

from celery.signals import setup_logging
from django.conf import settings
from kombu import Exchange
from kombu import Queue as KombuQueue

from core.celery import Queue, app
from workers import celery_guard, flower_guard
from workers.schedule import BEAT_SCHEDULE

celery_guard.install()
flower_guard.install()


@setup_logging.connect(dispatch_uid="core.logging")
def log_as_everywhere(loglevel: int | None = None, **kwargs: Any) -> None:
    """Worker and beat write the lines that the web writes; without a receiver Celery would set up its own."""
    logging.config.dictConfig(settings.LOGGING)
    logging.getLogger().setLevel(loglevel or logging.INFO)


app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = BEAT_SCHEDULE
# With an exchange each: by default all would share one, where a message for one could reach the others.
app.conf.task_queues = [KombuQueue(queue.value, Exchange(queue.value), queue.value) for queue in Queue]
app.conf.task_default_queue = Queue.SCHEDULED.value
app.autodiscover_tasks()

__all__ = ["app"]
