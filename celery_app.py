"""The Celery application that web, worker, beat and Flower share."""

import os

from celery import Celery
from kombu import Exchange
from kombu import Queue as KombuQueue

from workers import celery_guard
from workers.queues import Queue
from workers.schedule import BEAT_SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

celery_guard.install()

app = Celery("shop")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = BEAT_SCHEDULE
# With an exchange each: by default all would share one, where a message for one could reach the others.
app.conf.task_queues = [KombuQueue(queue.value, Exchange(queue.value), queue.value) for queue in Queue]
app.conf.task_default_queue = Queue.SCHEDULED.value
app.autodiscover_tasks()
