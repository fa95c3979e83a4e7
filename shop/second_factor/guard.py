"""`after_second_factor`: a page that members of staff see once they have given their second factor."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from core.second_factor import device_of, is_verified

View = Callable[..., HttpResponseBase]


def after_second_factor(view: View) -> View:
    """Lead members of staff to the step that they lack, and back to this page. Others see what the view answers."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_staff and (address := _missing_step(request)):
            return HttpResponseRedirect(address)
        return view(request, *args, **kwargs)

    return guarded


def _missing_step(request: HttpRequest) -> str | None:
    """The address of the page that asks for a code, or that sets up an app where the setting demands one; None if
    nothing is missing. 1 query.
    """
    device = device_of(cast(User, request.user))
    if device is None:
        return _step("admin:second_factor_set_up", request) if settings.SHOP_STAFF_SECOND_FACTOR else None
    return None if is_verified(request, device) else _step("admin:second_factor", request)


def _step(name: str, request: HttpRequest) -> str:
    # Only what was opened can be opened again; of what was sent, the page is not known.
    back = request.get_full_path() if request.method == "GET" else reverse("admin:index")
    return f"{reverse(name)}?{urlencode({'next': back})}"
