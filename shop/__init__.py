"""The site: settings, addresses, the pages that shoppers see."""

# Without this import `.delay()` in the web process would publish to Celery's default amqp://localhost.
from celery_app import app as celery_app

__all__ = ["celery_app"]
