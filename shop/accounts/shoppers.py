"""`request.shopper`: the user who is logged in, or a guest, who is known only by a signed cookie.

A guest needs no session row and no query. The cookie is set with the first add, and deleted when its cart has moved to
an account. Who only looks gets none.
"""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject, cached_property
from django_htmx.middleware import HtmxDetails

from cart.owners import Owner
from cart.selectors import CartSummary, cart_summary

GUEST_COOKIE = "guest"
_SALT = "shop.guest"
_AGE = 365 * 24 * 3600  # seconds
# The field of an add form, with the token that its first add makes the visitor's.
_field = signing.TimestampSigner(salt="shop.guest.field")


class Shopper:
    """The owner of the request's cart, and the change of the guest cookie in the response."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._fresh: uuid.UUID | None = None
        self._is_forgotten = False

    @property
    def owner(self) -> Owner | None:
        """The user, else the guest, else None. Without a session cookie this makes no query."""
        user = self._request.user
        if user.is_authenticated:
            return Owner(user_id=user.pk)
        return Owner(guest_token=self.guest_token) if self.guest_token else None

    @property
    def guest_token(self) -> uuid.UUID | None:
        """The token that this browser will have after the response."""
        return self._fresh or (None if self._is_forgotten else self._token_in_cookie)

    @cached_property
    def new_guest(self) -> str:
        """The field `guest` of a page's add forms: a signed token for a stranger, else empty.

        Two adds that are sent before the first answer brings the cookie are so of one guest. A token for each would put
        the second one's units into a cart that nobody sees.
        """
        return "" if self.owner else _field.sign(str(uuid.uuid4()))

    def ensure_guest(self) -> None:
        """Make the visitor a guest with a token, that of the posted form if it has one, unless they are known."""
        if self.owner is None:
            self._fresh = self._token_in_form or uuid.uuid4()

    def forget_guest(self) -> None:
        """Delete the guest cookie, after its cart has moved to an account. The token opens no other cart."""
        self._fresh, self._is_forgotten = None, True

    def write_cookie(self, response: HttpResponseBase) -> None:
        """Set or delete the cookie if this request has changed it."""
        if self._fresh:
            response.set_signed_cookie(
                GUEST_COOKIE,
                str(self._fresh),
                salt=_SALT,
                max_age=_AGE,
                httponly=True,
                samesite="Lax",
                secure=settings.GUEST_COOKIE_SECURE,
            )
        elif self._is_forgotten and GUEST_COOKIE in self._request.COOKIES:
            response.delete_cookie(GUEST_COOKIE, samesite="Lax")

    @property
    def _token_in_form(self) -> uuid.UUID | None:
        try:
            return uuid.UUID(_field.unsign(self._request.POST.get("guest", ""), max_age=_AGE))
        except signing.BadSignature:
            return None

    @cached_property
    def _token_in_cookie(self) -> uuid.UUID | None:
        """None also for a cookie with a wrong signature: that browser gets a new one."""
        value = self._request.get_signed_cookie(GUEST_COOKIE, default=None, salt=_SALT, max_age=_AGE)
        return uuid.UUID(value) if value else None


class ShopRequest(HttpRequest):
    """The type of a request with the attributes that middleware adds."""

    shopper: Shopper
    htmx: HtmxDetails


class ShopperMiddleware:
    """Sets `request.shopper`, and writes the guest cookie to the response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        shopper = cast(ShopRequest, request).shopper = Shopper(request)
        response = self._get_response(request)
        shopper.write_cookie(response)
        return response


def mini_cart(request: HttpRequest) -> dict[str, Any]:
    """Context processor: units and total for the header, and the token for add forms of a stranger.

    1 query, only if the page shows the header and has an owner.
    """
    shopper: Shopper | None = getattr(request, "shopper", None)
    return {
        "mini_cart": SimpleLazyObject(lambda: _summary(request)),
        "new_guest": SimpleLazyObject(lambda: shopper.new_guest if shopper else ""),
    }


def _summary(request: HttpRequest) -> CartSummary:
    shopper: Shopper | None = getattr(request, "shopper", None)
    owner = shopper.owner if shopper else None
    return cart_summary(owner) if owner else CartSummary(units=0, total=Decimal(0))
