"""`site_url`, the address of a page for e-mails and other messages."""

from django.conf import settings


def site_url(path: str) -> str:
    """The absolute address of a path below SHOP_URL, whatever host the current request names.

    Rule: OWASP, Forgot Password Cheat Sheet. A link made from the Host header leads where the sender of the request
    wants.
    """
    return str(settings.SHOP_URL).rstrip("/") + path
