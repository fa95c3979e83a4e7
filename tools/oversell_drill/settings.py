"""The shop's settings for the processes of a drill: its own database, and no Redis.

Such a process cannot reach any row or queue of the shop.
"""

import os

from django.core.exceptions import ImproperlyConfigured

from shop.settings import *  # noqa: F403
from shop.settings import DATABASES, LOGGING
from tools.oversell_drill import MARK

_NAME = os.environ["OVERSELL_DRILL_DATABASE"]
if MARK not in _NAME:
    raise ImproperlyConfigured(f"{_NAME} is not a drill's database. Start a drill by manage.py oversell_drill.")
DATABASES["default"]["NAME"] = _NAME

# Nobody listens there, so no wake-up is sent. The warnings about it are of no use to the owner.
REDIS_URL = CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
LOGGING["loggers"]["core.redis"] = {"level": "CRITICAL"}
