"""`flower_url`: the address of Flower, for those who may have a log-in there."""

from django.conf import settings
from django.http import HttpRequest


def flower_url(request: HttpRequest) -> str:
    """Return the address for superusers; "" for other staff, since Flower's log-ins are given to superusers only."""
    return settings.FLOWER_URL if request.user.is_superuser else ""
