"""Readers of posted fields. They are strict: plain digits, one value a field, keys that fit the database."""

import re

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from cart.errors import InvalidQuantity
from core.numbers import UnreadableNumber, read_units

# Plain digits only: `int()` would take "+1", "1_000" and the digits of any script for numbers too.
_ID = re.compile(r"[0-9]{1,18}")
_PLACE = re.compile(r"[0-9]{1,17}")
_KEY = re.compile(r"[\x20-\x7e]{1,64}")
_QUOTED = re.compile(r'"(?P<inside>(?:[^"\\]|\\["\\])*)"')


class BadKey(ValidationError):
    """The idempotency key is malformed."""

    def __init__(self) -> None:
        super().__init__(
            _("The Idempotency-Key must be 1 to 64 printable ASCII characters."), code="bad_idempotency_key"
        )


def posted_variant_id(request: HttpRequest) -> int:
    """The field `variant`. Raises Http404 for anything that cannot be an id."""
    text = _only_value(request, "variant") or ""
    if not _ID.fullmatch(text):
        raise Http404
    return int(text)


def posted_cart_id(request: HttpRequest) -> int | None:
    """The field `cart`; None for anything that cannot be an id."""
    text = _only_value(request, "cart") or ""
    return int(text) if _ID.fullmatch(text) else None


def posted_quantity(request: HttpRequest) -> int:
    """The field `quantity`, given once. Raises InvalidQuantity. The service refuses numbers that are too large."""
    try:
        return read_units(_only_value(request, "quantity") or "")
    except UnreadableNumber as error:
        raise InvalidQuantity from error


def posted_place(request: HttpRequest) -> int:
    """The field `place` of an undo, in microseconds since 1970; 0, the first place, for anything else.

    Whatever a client sends here orders its own cart and nothing else.
    """
    text = _only_value(request, "place") or ""
    return int(text) if _PLACE.fullmatch(text) else 0


def posted_key(request: HttpRequest) -> str | None:
    """The `Idempotency-Key` header, else the field `key`; None where the client sent neither. Raises BadKey.

    Rule: draft-ietf-httpapi-idempotency-key-header, a structured-field string; unquoted is what many clients send.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        key = request.POST.get("key")
    elif quoted := _QUOTED.fullmatch(key.strip()):
        key = re.sub(r"\\(.)", r"\1", quoted["inside"])
    if key is not None and not _KEY.fullmatch(key):
        raise BadKey
    return key


def posted_next(request: HttpRequest) -> str | None:
    """The field `next`; None unless it leads to this site."""
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_ours else None


def _only_value(request: HttpRequest, field: str) -> str | None:
    values = request.POST.getlist(field)
    return values[0] if len(values) == 1 else None
