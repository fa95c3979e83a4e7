"""The WSGI entry point that gunicorn serves."""

import os

from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

application = get_wsgi_application()
# gunicorn runs no system checks by itself; a shop that is set up wrongly must not answer. A tenth of a second.
BaseCommand().check()
