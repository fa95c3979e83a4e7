"""`BrowserPolicyMiddleware`: the Content Security Policy and the Permissions Policy, with every answer.

Not django-csp, which builds its policy for each answer (37 microseconds): here it is one of two strings, built once
(1 microsecond). No page needs a nonce.
"""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from orders.payments import providers

CSP = "Content-Security-Policy"
# Error pages contain their style sheet; the policy allows it by its hash.
PLAIN_STYLE = Path(__file__).parent / "templates" / "shop" / "plain.css"
# Only our own origin: scripts, styles and requests of htmx fall back to `default-src`.
_OURS = {
    "default-src": "'self'",
    "img-src": "'self' data:",  # the marks of form fields are drawn inside the style sheets
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
# django-unfold is built on Alpine.js, which compiles the expressions in its attributes as functions, and writes widths
# and colours of bars into style attributes. Who can write into its pages is staff; scripts of the page's own text or of
# other addresses are refused there too.
BACK_OFFICE = _OURS | {"script-src": "'self' 'unsafe-eval'", "style-src": "'self' 'unsafe-inline'"}
# An injected script cannot ask for these either.
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def shop_policy() -> dict[str, str]:
    """The policy of the shop's pages, by directive. Forms may lead to the pages of payment providers."""
    style = base64.b64encode(hashlib.sha256(PLAIN_STYLE.read_bytes()).digest()).decode()
    pages = [origin for provider in providers() for origin in provider.origins]
    return _OURS | {"style-src": f"'self' 'sha256-{style}'", "form-action": " ".join(["'self'", *pages])}


def header(policy: dict[str, str]) -> str:
    """The value of the header."""
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


class BrowserPolicyMiddleware:
    """Comes first, so that static files, redirects and error pages have the headers too.

    The route decides which policy, not the path, so that the back office may have any address. A policy that a view has
    set stays.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._shop, self._back_office = header(shop_policy()), header(BACK_OFFICE)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        route = request.resolver_match
        is_back_office = route is not None and route.app_name == "admin"
        response.headers.setdefault(CSP, self._back_office if is_back_office else self._shop)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response
