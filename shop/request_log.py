"""`RequestLogMiddleware`: the id of a request, in its answer and its log lines; and the log line of the request."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core.logging import about_request, facts, route_of

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Probes ask every few seconds; logged only where the answer is an error.
_QUIET = {"healthz", "readyz", "metrics"}


class RequestLogMiddleware:
    """Outermost, so that what any other middleware answers has its id and its line too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        request_id = _given(request) or secrets.token_hex(16)
        with about_request(request_id):
            response = self._get_response(request)
            response[HEADER] = request_id
            _write(request, response, milliseconds=round((time.perf_counter() - started) * 1000, 1))
        return response


def _given(request: HttpRequest) -> str:
    """The id of our own proxy. An id of the client is not trusted: it could be that of another request."""
    given = request.headers.get(HEADER, "") if settings.SHOP_TRUSTED_PROXIES else ""
    return given if _WELL_FORMED.fullmatch(given) else ""


def _write(request: HttpRequest, response: HttpResponseBase, *, milliseconds: float) -> None:
    """The route, not the path, which may be a signed link; no query, address or name."""
    route, status = route_of(request), response.status_code
    # Files and redirects to a slash have no route.
    if status < 400 and (not route or route in _QUIET):
        return
    about = facts(method=request.method, route=route, status=status, milliseconds=milliseconds)
    logger.info("answered", extra=about)
