"""The Celery application that web, worker, beat and Flower share."""

import os

from celery import Celery

from workers import celery_guard

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

celery_guard.install()

app = Celery("shop")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
