"""`app`, the bare Celery object that tasks are registered with. `celery_app.py` configures it."""

from celery import Celery

app = Celery("shop")
