"""Checks of settings for a public shop. `manage.py check`, every command and each web process run them.

`manage.py check --deploy` also runs Django's own list.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

_LOCAL = {"localhost", "127.0.0.1", "[::1]", "testserver"}


def is_public() -> bool:
    """Return False if ALLOWED_HOSTS has only names of this machine, as `make up` sets it."""
    return not set(settings.ALLOWED_HOSTS) <= _LOCAL


# The limits of Django's own check under --deploy.
SHORTEST_KEY, LEAST_DIFFERENT = 50, 5


@register(Tags.security)
def check_secrets(app_configs: object, **kwargs: Any) -> Iterator[CheckMessage]:
    """shop.E008, shop.E009: a public shop shows no tracebacks, and its SECRET_KEY cannot be guessed."""
    if not is_public():
        return
    if settings.DEBUG:
        yield Error(
            "DEBUG is on, and ALLOWED_HOSTS lets others in.",
            hint="Unset DEBUG: its error pages show settings and data to whoever causes an error.",
            id="shop.E008",
        )
    if any(map(_is_weak, [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])):
        yield Error(
            "SECRET_KEY or one of SECRET_KEY_FALLBACKS can be guessed.",
            hint=(
                "Whoever has it can make links to orders, guests' cookies and new passwords. Make one by "
                '`python3 -c "import secrets; print(secrets.token_urlsafe(64))"`.'
            ),
            id="shop.E009",
        )


def _is_weak(key: str) -> bool:
    return len(key) < SHORTEST_KEY or len(set(key)) < LEAST_DIFFERENT or key.startswith("django-insecure-")


@register(Tags.security)
def check_transport(app_configs: object, **kwargs: Any) -> Iterator[CheckMessage]:
    """shop.W004, shop.W005: passwords and cookies are not sent unencrypted, and the redirect to https does not loop."""
    if is_public() and not settings.SESSION_COOKIE_SECURE:
        yield Warning(
            "Others can reach the shop, and COOKIES_SECURE is off: passwords and cookies may travel in the clear.",
            hint="Put it behind a proxy that speaks https, and set COOKIES_SECURE=true.",
            id="shop.W004",
        )
    if settings.SECURE_SSL_REDIRECT and not settings.SECURE_PROXY_SSL_HEADER:
        yield Warning(
            "Pages are sent on to https, and no proxy is trusted to say that a request came by it.",
            hint=(
                "Behind a proxy each page would lead to itself for ever: set SHOP_TRUSTED_PROXIES to how many there "
                "are. Fine where gunicorn itself has the certificate."
            ),
            id="shop.W005",
        )


@register(Tags.security)
def check_web_messages(app_configs: object, **kwargs: Any) -> Iterator[CheckMessage]:
    """shop.W006: a public shop sends no web message to an address of a private network."""
    if is_public() and settings.DELIVERY_PRIVATE_ADDRESSES:
        yield Warning(
            "Others can reach the shop, and DELIVERY_PRIVATE_ADDRESSES is on.",
            hint=(
                "Unset it: with it, whoever may enter the address of a web hook can send requests to this machine and "
                "to the private network behind it."
            ),
            id="shop.W006",
        )
