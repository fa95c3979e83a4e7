"""What browsers are told that pages may do: the Content Security Policy and the Permissions Policy, with every answer.

Ours and not django-csp's, which puts its policy together anew for each answer (37 microseconds): here it is one of two
strings, made once (1 microsecond). Nothing of ours needs a nonce.
"""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from orders.payments import providers

CSP = "Content-Security-Policy"
# The pages that stand alone have their style in them; it is allowed by what it is, and no other.
PLAIN_STYLE = Path(__file__).parent / "templates" / "shop" / "plain.css"
# Nobody but us is asked for anything: scripts, styles and what htmx sends fall back to `default-src`.
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
# A script that got in after all cannot ask for these either.
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def shop_policy() -> dict[str, str]:
    """Of the pages that shoppers see, by directive. Forms lead on to the pages of the payment providers too."""
    style = base64.b64encode(hashlib.sha256(PLAIN_STYLE.read_bytes()).digest()).decode()
    pages = [origin for provider in providers() for origin in provider.origins]
    return _OURS | {"style-src": f"'self' 'sha256-{style}'", "form-action": " ".join(["'self'", *pages])}


def header(policy: dict[str, str]) -> str:
    """A policy as it is sent."""
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


class BrowserPolicyMiddleware:
    """Stands first, so that static files, redirects and error pages have the headers too.

    Which policy it is goes by the route and not by the path, so it follows the back office to whatever address that is
    given. A view that has set a policy of its own keeps it.
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
