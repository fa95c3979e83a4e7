"""Where a password is asked for, of shoppers and staff alike: the same throttle before it is looked at."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import ngettext
from unfold.forms import AuthenticationForm as UnfoldAuthenticationForm

from core.ratelimit import LOGINS, network_to_wait
from shop import guessing

T = TypeVar("T")


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


def throttled(request: HttpRequest | None, name: str, look: Callable[[], T]) -> T:
    """Let the password of this account be looked at, unless it was guessed too often.

    Arguments: the account's name; what looks, and raises ValidationError where the password is wrong. Returns what
    that returns. Raises TooManyAttempts.
    """
    if wait := guessing.seconds_to_wait(request, name):
        raise TooManyAttempts(wait)
    found = look()
    guessing.forget(request, name)
    return found


class _Throttled(AuthenticationForm):
    def clean(self) -> dict[str, Any]:
        """The user of this name and password. The answer to a wait tells nothing of whether there is such a user."""
        name = self.cleaned_data.get("username")
        if name is None or not self.cleaned_data.get("password"):
            return super().clean()
        if self.request and (wait := network_to_wait(self.request, LOGINS)):
            raise TooManyAttempts(wait)
        return throttled(self.request, name, super().clean)


class LoginForm(_Throttled):
    """Of the shop."""


class StaffLoginForm(_Throttled, UnfoldAuthenticationForm):  # type: ignore[misc]
    """Of the back office."""
