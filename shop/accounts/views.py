"""Views to log in and out, and to change or reset a password. `shop.accounts.login_merge` merges the guest's cart."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm, PasswordResetForm, SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView as DjangoLoginView
from django.contrib.auth.views import (
    LogoutView,
    PasswordChangeView,
    PasswordResetConfirmView,
    PasswordResetDoneView,
    PasswordResetView,
)
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from core.ratelimit import EMAILS, LOGINS, network_to_wait, seconds_to_wait
from shop.accounts.forms import LoginForm, NewPasswordForm, OwnPasswordForm, ResetForm, StaffPasswordForm
from shop.pages.errors import ErrorPage, error_response

__all__ = [
    "LoginView",
    "LogoutView",
    "PasswordView",
    "ResetConfirmView",
    "ResetSentView",
    "ResetView",
    "StaffPasswordView",
]


class LoginView(DjangoLoginView):
    """`/accounts/login/`"""

    template_name = "shop/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True


def limited(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Limit a form that hashes a password: SHOP_LOGINS_PER_MINUTE from one network, log-ins included."""

    @wraps(view)
    def limited(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.method == "POST" and (wait := network_to_wait(request, LOGINS)):
            text = _(
                "Too many people log in or sign up from where you are. Nothing was changed; please try again later."
            )
            return error_response(request, ErrorPage(429, "too_many_logins", _("Not so fast"), text, retry_after=wait))
        return view(request, *args, **kwargs)

    return limited


def too_many_emails(request: HttpRequest, wait: int) -> HttpResponse:
    """Return the response to a client that has requested too many e-mails; `wait` in seconds."""
    text = _("You have asked for many e-mails. Nothing was sent; please check your inbox, and try again later.")
    return error_response(request, ErrorPage(429, "too_many_letters", _("Not so fast"), text, retry_after=wait))


@method_decorator([never_cache, limited], name="dispatch")
class ResetView(PasswordResetView):
    """`/accounts/reset/`. The response does not tell whether an account has this address."""

    template_name = "shop/account_form.html"
    form_class = ResetForm
    email_template_name = "shop/mail_reset.txt"
    subject_template_name = "shop/mail_reset_subject.txt"
    success_url = reverse_lazy("shop:reset_sent")
    extra_context = {
        "title": gettext_lazy("A new password"),
        "lead": gettext_lazy("We send a link to the e-mail address of your account."),
        "button": gettext_lazy("Send me a link"),
    }

    def form_valid(self, form: PasswordResetForm) -> HttpResponse:
        if wait := seconds_to_wait(self.request, EMAILS):
            return too_many_emails(self.request, wait)
        return super().form_valid(form)


@method_decorator(never_cache, name="dispatch")
class ResetSentView(PasswordResetDoneView):
    """`/accounts/reset/sent/`"""

    template_name = "shop/account_note.html"
    extra_context = {
        "title": gettext_lazy("Check your e-mail"),
        "lead": gettext_lazy("If an account has this address, a link is on its way to it. It works for three days."),
    }


@method_decorator(limited, name="dispatch")
class ResetConfirmView(PasswordResetConfirmView):
    """`/accounts/reset/<uid>/<token>/`: the link of the e-mail. It works once."""

    template_name = "shop/account_reset.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("shop:login")
    extra_context = {"button": gettext_lazy("Set the password")}

    def form_valid(self, form: "SetPasswordForm[User]") -> HttpResponse:
        messages.success(self.request, _("Your new password is set. Please log in with it."))
        return super().form_valid(form)


@method_decorator(never_cache, name="dispatch")
class PasswordView(PasswordChangeView):
    """`/account/password/`: ends the sessions in other browsers, as Django does."""

    template_name = "shop/account_form.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("shop:account")
    extra_context = {
        "title": gettext_lazy("Change your password"),
        "lead": gettext_lazy("Other browsers where you are logged in are logged out."),
        "button": gettext_lazy("Change it"),
    }

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, _("Your password is changed."))
        return super().form_valid(form)


class StaffPasswordView(PasswordChangeView):
    """`/admin/password_change/`: unfold's page, with the login throttle."""

    form_class = StaffPasswordForm
    success_url = reverse_lazy("admin:password_change_done")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}
