"""`site_url`, the address of a page for what leaves the shop."""

from django.conf import settings


def site_url(path: str) -> str:
    """The address of a page for an e-mail: below SHOP_URL, whatever host the request named that an e-mail follows from.

    Rule: OWASP, Forgot Password Cheat Sheet: a link made of the Host header leads where who sent it wants.
    """
    return str(settings.SHOP_URL).rstrip("/") + path
