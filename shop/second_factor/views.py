"""`/admin/second-factor/` asks for a code; `/admin/second-factor/set-up/` sets up the app, or manages the one there."""

from base64 import b32encode
from collections.abc import Callable
from typing import cast

import qrcode
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key
from qrcode.image.svg import SvgPathImage

from core.second_factor import codes_left, device_of, remove_second_factor, renew_codes, set_up, unsaved_device, verify
from shop.second_factor.forms import CodeForm

_KEY = "second_factor_key"  # in the session, until the app that scanned it shows a right code


def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a code, and lead to the page that was asked for."""
    user = cast(User, request.user)
    if device_of(user) is None:
        return redirect("admin:index")
    form = CodeForm(request.POST or None)
    if form.is_valid() and _did(form, lambda code: verify(request, code=code)):
        left = codes_left(user)
        if left < 3:
            messages.warning(request, f"You have {left} backup codes left. Make new ones under Second factor.")
        return redirect(_next(request))
    return _page(request, "ask.html", form)


def set_up_view(request: HttpRequest) -> HttpResponse:
    """Show a new key until its app shows a right code; then the backup codes, once. With an app, manage it."""
    user = cast(User, request.user)
    if device_of(user):
        return _manage(request, user)
    key = request.session.setdefault(_KEY, default_key())
    form, codes = CodeForm(request.POST or None), list[str]()
    if form.is_valid() and _did(form, lambda code: codes.extend(set_up(request, key=key, code=code))):
        del request.session[_KEY]
        return _page(request, "codes.html", form, codes=codes)
    device = unsaved_device(user, key)
    picture = qrcode.make(device.config_url, image_factory=SvgPathImage).to_string(encoding="unicode")
    # The picture is made here, of a name and a key that are encoded for an address.
    return _page(request, "set_up.html", form, picture=mark_safe(picture), key=_grouped(device))  # noqa: S308


def _manage(request: HttpRequest, user: User) -> HttpResponse:
    """A right code renews the backup codes, or removes the second factor where it is not required."""
    form = CodeForm(request.POST or None)
    if form.is_valid() and _did(form, lambda code: verify(request, code=code)):
        if "remove" in request.POST and not settings.SHOP_STAFF_SECOND_FACTOR:
            remove_second_factor(user, actor=user, reason="by themselves")
            messages.success(request, "The second factor is removed: you log in with your password alone.")
            return redirect("admin:index")
        return _page(request, "codes.html", form, codes=renew_codes(user))
    return _page(request, "manage.html", form, codes_left=codes_left(user))


def _did(form: CodeForm, act: Callable[[str], object]) -> bool:
    """Do it with the code. Returns whether it was not refused; the form says why."""
    try:
        act(form.cleaned_data["code"])
    except ValidationError as refusal:
        form.add_error("code", refusal)
    return form.is_valid()


def _grouped(device: TOTPDevice) -> str:
    """The key as people type it: base 32 in groups of four."""
    text = b32encode(device.bin_key).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _next(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else reverse("admin:index")


def _page(request: HttpRequest, template: str, form: CodeForm, **context: object) -> HttpResponse:
    context |= {**admin.site.each_context(request), "title": "Second factor", "form": form, "next": _next(request)}
    context["is_required"] = settings.SHOP_STAFF_SECOND_FACTOR
    return render(request, f"admin/second_factor/{template}", context, status=422 if form.errors else 200)
