"""Logging in, for shoppers and staff alike: the same throttle before the password is looked at."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import ngettext
from unfold.forms import AuthenticationForm as UnfoldAuthenticationForm

from shop import guessing


class TooManyAttempts(ValidationError):
    """The password was not looked at. Argument: in how many seconds it will be."""

    def __init__(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        if seconds <= 60:
            text = ngettext(
                "Too many attempts. Please try again in %(count)d second.",
                "Too many attempts. Please try again in %(count)d seconds.",
                seconds,
            ) % {"count": seconds}
        else:
            text = ngettext(
                "Too many attempts. Please try again in %(count)d minute.",
                "Too many attempts. Please try again in %(count)d minutes.",
                minutes,
            ) % {"count": minutes}
        super().__init__(text, code="too_many_attempts")


class _Throttled(AuthenticationForm):
    def clean(self) -> dict[str, Any]:
        """The user of this name and password. The answer to a wait tells nothing of whether there is such a user."""
        name = self.cleaned_data.get("username")
        if name is None or not self.cleaned_data.get("password"):
            return super().clean()
        if wait := guessing.seconds_to_wait(self.request, name):
            raise TooManyAttempts(wait)
        cleaned = super().clean()
        guessing.forget(self.request, name)
        return cleaned


class LoginForm(_Throttled):
    """Of the shop."""


class StaffLoginForm(_Throttled, UnfoldAuthenticationForm):  # type: ignore[misc]
    """Of the back office."""
