"""Forms of log-in, sign-up and the account's pages, and every form that sets a password, also of the back office."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django import forms
from django.contrib.auth.forms import (
    AuthenticationForm,
    PasswordChangeForm,
    PasswordResetForm,
    SetPasswordForm,
)
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.forms import AdminOwnPasswordChangeForm
from unfold.forms import AuthenticationForm as UnfoldAuthenticationForm

from core.links import site_url
from core.ratelimit import LOGINS, network_to_wait
from delivery.services import send_email
from shop.accounts import login_throttle
from shop.accounts.names import account_name
from shop.accounts.services import update_account

T = TypeVar("T")
_LONGEST_EMAIL = 254
PASSWORD_HELP = gettext_lazy("At least 8 characters, not digits alone, and none of the passwords that many people use.")


class TooManyAttempts(ValidationError):
    """The password was not checked. Argument: the seconds to wait."""

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
    """Check a password of this account, unless the login throttle refuses.

    Arguments: the account's name; `look`, which checks and raises ValidationError if the password is wrong. Returns the
    result of `look`. Raises TooManyAttempts.
    """
    if wait := login_throttle.seconds_to_wait(request, name):
        raise TooManyAttempts(wait)
    found = look()
    login_throttle.forget(request, name)
    return found


class _Throttled(AuthenticationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["username"]
        field.label = _("E-mail address or user name")
        field.widget.attrs["maxlength"] = _LONGEST_EMAIL  # Django's is that of a user name

    def clean(self) -> dict[str, Any]:
        """Check name and password. A refusal by the throttle does not tell whether there is such a user."""
        typed = self.cleaned_data.get("username")
        if typed is None or not self.cleaned_data.get("password"):
            return super().clean()
        if self.request and (wait := network_to_wait(self.request, LOGINS)):
            raise TooManyAttempts(wait)
        name = self.cleaned_data["username"] = account_name(typed)
        return throttled(self.request, name, super().clean)


class LoginForm(_Throttled):
    """The log-in of the shop."""

    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": gettext_lazy(
            "No account has this name and this password. Mind upper and lower case in the password. "
            "If several accounts have your e-mail address, log in with the user name."
        )
    }


class StaffLoginForm(_Throttled, UnfoldAuthenticationForm):  # type: ignore[misc]
    """The log-in of the back office."""


class ResetForm(PasswordResetForm):
    """A forgotten password. The e-mail is queued: waiting for a mail server would tell who has an account."""

    def send_mail(
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,
    ) -> None:
        path = reverse("shop:reset_confirm", args=[context["uid"], context["token"]])
        send_email(
            kind="password_reset",
            to=to_email,
            subject=render_to_string(subject_template_name, context),
            text=render_to_string(email_template_name, context | {"link": site_url(path)}),
            # A double click makes the same token.
            dedupe_key=f"password_reset:{context['user'].pk}:{context['token']}",
        )


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """A new password, twice. Django's form would restore an account that was deleted meanwhile."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = PASSWORD_HELP
        self.fields["new_password2"].label = _("The new password again")
        self.fields["new_password2"].help_text = ""

    def save(self, commit: bool = True) -> User:
        """Store the password. Raises UserGone."""
        user: User = self.user
        user.set_password(self.cleaned_data["new_password1"])
        update_account(user, password=user.password)
        return user


class PasswordForm(forms.Form):
    """Asks for the password again, for what cannot be undone or would hand over the account."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._request, self._user = request, cast(User, request.user)

    def clean_password(self) -> str:
        return throttled(self._request, self._user.get_username(), self._right_password)

    def _right_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if not self._user.check_password(password):
            raise ValidationError(_("This is not your password."))
        return password


class EmailForm(PasswordForm):
    """A new e-mail address. It can be used to reset the password, so the present password is required."""

    email = forms.EmailField(
        label=gettext_lazy("New e-mail address"),
        max_length=_LONGEST_EMAIL,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = ["email", "password"]


class _Asked(PasswordChangeForm):
    """The old password, asked for behind the login throttle, and a new one twice."""

    def __init__(self, user: User, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self._request = request

    def clean_old_password(self) -> str:
        password: str = throttled(self._request, self.user.get_username(), super().clean_old_password)
        return password


class OwnPasswordForm(_Asked, NewPasswordForm):
    """The shopper's form."""


class StaffPasswordForm(_Asked, AdminOwnPasswordChangeForm, NewPasswordForm):  # type: ignore[misc]
    """The back office's form."""


class SignupForm(forms.Form):
    """An e-mail address. The password is chosen by the link that is sent there."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=_LONGEST_EMAIL,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )


class NewAccountForm(NewPasswordForm):
    """The password of a new account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("Password")
        self.fields["new_password2"].label = _("The password again")
