"""The site as gunicorn serves it, with the view that others are compared with."""

from django.conf import settings

settings.ROOT_URLCONF = "bench.urls"

from shop.wsgi import application  # noqa: E402 - the addresses must be known first

__all__ = ["application"]
