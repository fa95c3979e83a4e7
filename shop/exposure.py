"""Whether anybody else can reach the shop: then it must not run as it does on the machine of who develops it."""

from django.conf import settings

_LOCAL = {"localhost", "127.0.0.1", "[::1]", "testserver"}


def is_public() -> bool:
    """False while the shop answers to this machine's own names alone, as `make up` starts it."""
    return not set(settings.ALLOWED_HOSTS) <= _LOCAL
