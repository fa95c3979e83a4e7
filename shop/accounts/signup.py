"""Views to make an account: an e-mail address first, and a password by the link that is sent there.

So an address belongs to who made the account, and the page tells no stranger whether an address has one already.
"""

import hashlib
from typing import TypedDict

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.auth.views import RedirectURLMixin
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import FormView

from core.links import site_url
from core.ratelimit import EMAILS, seconds_to_wait
from delivery.services import send_email
from shop.accounts.forms import NewAccountForm, SignupForm
from shop.accounts.services import EmailTaken, create_account, is_taken
from shop.accounts.views import limited, too_many_emails

_SALT = "shop.signup"


class _Said(TypedDict):
    """What the link of the e-mail says: the address, and where to go on."""

    email: str
    next: str


@method_decorator([never_cache, limited], name="dispatch")
class SignupView(RedirectURLMixin, FormView):  # type: ignore[type-arg]
    """`/accounts/signup/`. The answer does not tell whether an account has this address."""

    template_name = "shop/signup.html"
    form_class = SignupForm
    next_page = settings.LOGIN_REDIRECT_URL

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.user.is_authenticated:
            return HttpResponseRedirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: SignupForm) -> HttpResponse:
        if wait := seconds_to_wait(self.request, EMAILS):
            return too_many_emails(self.request, wait)
        email = form.cleaned_data["email"]
        if is_taken(email):
            send_taken(email)
        else:
            _send_link({"email": email, "next": self.get_success_url()})
        return redirect("shop:signup_sent")


def _send_link(said: _Said) -> None:
    token = signing.dumps(said, salt=_SALT)
    link = site_url(reverse("shop:signup_confirm", args=[token]))
    text = render_to_string("shop/mail_signup.txt", {"link": link, "hours": settings.SHOP_EMAIL_CONFIRM_HOURS})
    subject = _("%(shop)s: your new account") % {"shop": settings.SHOP_NAME}
    # A double click makes the same token, and so sends one e-mail.
    key = f"signup:{hashlib.sha256(token.encode()).hexdigest()}"
    send_email(kind="signup", to=said["email"], subject=subject, text=text, dedupe_key=key)


def send_taken(email: str) -> None:
    """Tell the owner of an address that it has an account, where somebody wants to use it for another."""
    links = {"login": site_url(reverse("shop:login")), "reset": site_url(reverse("shop:reset"))}
    text = render_to_string("shop/mail_taken.txt", links)
    subject = _("%(shop)s: you have an account") % {"shop": settings.SHOP_NAME}
    key = f"signup_taken:{hashlib.sha256(signing.dumps(email, salt=_SALT).encode()).hexdigest()}"
    send_email(kind="signup_taken", to=email, subject=subject, text=text, dedupe_key=key)


@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """`/accounts/signup/sent/`"""
    lead = _("We have sent you an e-mail with a link, to choose your password. Your cart waits for you.")
    return render(request, "shop/account_note.html", {"title": _("Check your e-mail"), "lead": lead})


@sensitive_post_parameters()
@never_cache
@limited
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """`/accounts/signup/<token>/`: the link of the e-mail. The new customer is logged in and keeps the guest's cart."""
    said = _read(token)
    if said is None or is_taken(said["email"]):
        return render(request, "shop/signup_confirm.html", {"form": None})
    user = User(email=said["email"])
    form = NewAccountForm(user, request.POST or None)
    if form.is_valid():
        user.set_password(form.cleaned_data["new_password1"])
        try:
            create_account(user)
        except EmailTaken:  # a second click
            return render(request, "shop/signup_confirm.html", {"form": None})
        login(request, user)
        return HttpResponseRedirect(said["next"])
    return render(request, "shop/signup_confirm.html", {"form": form, "email": said["email"]})


def _read(token: str) -> _Said | None:
    try:
        said: _Said = signing.loads(token, salt=_SALT, max_age=settings.SHOP_EMAIL_CONFIRM_HOURS * 3600)
    except signing.BadSignature:
        return None
    return said
