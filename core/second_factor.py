"""The second factor of staff: a code of their phone's app (TOTP, RFC 6238), by django-otp, or a backup code, once each.

django-otp keeps secrets and codes, refuses a code that was used, and waits longer after each wrong one. Its middleware
is left out: it would wrap the user of every shopper's request.
"""

from typing import Any, cast

import django_otp
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django_otp.models import ThrottlingMixin
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.errors import NothingChanged
from core.locks import lock_rows

BACKUP_CODES = 10


def device_of(user: User) -> TOTPDevice | None:
    """The app that this user has set up. 1 query."""
    devices: list[TOTPDevice] = list(TOTPDevice.objects.filter(user=user, confirmed=True)[:1])
    return devices[0] if devices else None


def is_verified(request: HttpRequest, device: TOTPDevice) -> bool:
    """Whether a code was given in this session, since this device was set up. No query."""
    return bool(request.session.get(django_otp.DEVICE_ID_SESSION_KEY) == device.persistent_id)


def codes_left(user: User) -> int:
    """How many backup codes the user has not used. 1 query."""
    return int(StaticToken.objects.filter(device__user=user).count())


def unsaved_device(user: User, key: str) -> TOTPDevice:
    """A device of this key (hexadecimal) that is not set up yet, for the address in the QR code."""
    return TOTPDevice(user=user, key=key, name="app")


@transaction.atomic
def set_up(request: HttpRequest, *, key: str, code: str) -> list[str]:
    """Set up the app that has this key and shows this code. The session is verified. Returns new backup codes.

    Raises ValidationError for a wrong code, NothingChanged if the user has set up an app meanwhile.
    """
    user = cast(User, request.user)
    lock_rows(User, [user.pk])
    if device_of(user):
        raise NothingChanged("You have set up an app already. Nothing was changed.")
    device = unsaved_device(user, key)
    totp = TOTP(device.bin_key)
    if not (code.isdecimal() and totp.verify(int(code), tolerance=device.tolerance)):
        raise ValidationError("This is not the code that the app shows for this key. Wait for its next code.")
    device.last_t = totp.t()  # this code does not log in again
    device.save()
    django_otp.login(request, device)
    LogEntry.objects.log_actions(user.pk, [user], CHANGE, "Second factor set up.")
    return _new_codes(user)


def verify(request: HttpRequest, *, code: str) -> None:
    """Check a code of the app, or a backup code, and note in the session that it was right.

    Raises ValidationError for a wrong code, and while more codes may not be tried.
    """
    user = cast(User, request.user)
    # A wrong code is counted, so its transaction must not be rolled back.
    with transaction.atomic():
        lock_rows(TOTPDevice, TOTPDevice.objects.filter(user=user).values_list("pk", flat=True))
        app = device_of(user)
        if app is None:
            raise ValidationError("This account has no second factor any more. Log in again.")
        device: Any = app if len(code) == app.digits and code.isdecimal() else StaticDevice.objects.get(user=user)
        refusal = _wait_of(device) or ("" if device.verify_token(code.lower()) else _WRONG)
    if refusal:
        raise ValidationError(refusal)
    django_otp.login(request, app)


_WRONG = "This code is wrong, or was used already. Type the one that the app shows now, or another backup code."


def _wait_of(device: ThrottlingMixin) -> str:
    is_allowed, why = device.verify_is_allowed()
    if is_allowed:
        return ""
    seconds = max(1, int((why["locked_until"] - timezone.now()).total_seconds()) + 1)
    return f"After wrong codes there is a wait. Nothing was checked: try again in {seconds} s."


@transaction.atomic
def renew_codes(user: User) -> list[str]:
    """Replace the backup codes of a user. Returns the new ones."""
    lock_rows(User, [user.pk])
    LogEntry.objects.log_actions(user.pk, [user], CHANGE, "New backup codes for the second factor.")
    return _new_codes(user)


def _new_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="backup codes")
    codes = [StaticToken.random_token() for _ in range(BACKUP_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


@transaction.atomic
def remove_second_factor(user: User, *, actor: User | None, reason: str) -> bool:
    """Remove app and backup codes of a user. Returns whether there were any. All sessions that they verified need new
    ones.

    Arguments: `actor`, who did it, for the log; None at the command line, which has no log.
    """
    lock_rows(User, [user.pk])
    removed = TOTPDevice.objects.filter(user=user).delete()[0] + StaticDevice.objects.filter(user=user).delete()[0]
    if removed and actor:
        LogEntry.objects.log_actions(actor.pk, [user], CHANGE, f"Second factor removed: {reason}")
    return bool(removed)
