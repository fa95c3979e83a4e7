"""`application`: the site as gunicorn serves it, with the URLs of `bench.urls`."""

from django.conf import settings

settings.ROOT_URLCONF = "bench.urls"

from shop.wsgi import application  # noqa: E402 - ROOT_URLCONF must be set first

__all__ = ["application"]
