"""Views of an account: its page, a new e-mail address, the export of the owner's data, and deletion."""

import hashlib
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core import signing
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from core.links import site_url
from core.ratelimit import EMAILS, seconds_to_wait
from delivery.services import send_email
from orders.models import SavedAddress
from orders.selectors import orders_of
from shop.accounts.data_export import data_of
from shop.accounts.forms import EmailForm, PasswordForm
from shop.accounts.services import EmailTaken, change_email, delete_account, is_taken
from shop.accounts.shoppers import ShopRequest
from shop.accounts.signup import send_taken
from shop.accounts.views import too_many_emails

_SALT = "shop.email"
_NEWEST_ORDERS = 3
_page_or_form = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@require_safe
@login_required
def account(request: ShopRequest) -> HttpResponse:
    """`/account/`"""
    user = cast(User, request.user)
    context = {"addresses": SavedAddress.objects.filter(user=user), "orders": orders_of(user)[:_NEWEST_ORDERS]}
    return render(request, "shop/account.html", context)


@sensitive_post_parameters()
@never_cache
@_page_or_form
@login_required
def new_email(request: ShopRequest) -> HttpResponse:
    """`/account/email/`: send a link to the new address. The address changes when the link is confirmed."""
    user = cast(User, request.user)
    form = EmailForm(request, request.POST or None)
    if form.is_valid():
        if wait := seconds_to_wait(request, EMAILS):
            return too_many_emails(request, wait)
        _ask_there(user, form.cleaned_data["email"])
        lead = _("A link is on its way to the new address. The old one stays until you follow it.")
        return render(request, "shop/account_note.html", {"title": _("Check your e-mail"), "lead": lead})
    context = {
        "title": _("Another e-mail address"),
        "lead": _("We send a link to it, to see that it is yours."),
        "button": _("Send me the link"),
    }
    return render(request, "shop/account_form.html", context | {"form": form})


def _ask_there(user: User, email: str) -> None:
    """Send the link. An address of another account gets an e-mail that says so; the page tells nothing."""
    if is_taken(email, of=user):
        send_taken(email)
    else:
        _send_link(user, email)


def _send_link(user: User, email: str) -> None:
    # The link contains the present address, so it works only once.
    token = signing.dumps({"user": user.pk, "old": user.email, "new": email}, salt=_SALT)
    address = site_url(reverse("shop:account_email_confirm", args=[token]))
    text = render_to_string("shop/mail_email.txt", {"user": user, "link": address})
    subject = _("%(shop)s: your e-mail address") % {"shop": settings.SHOP_NAME}
    # A double click makes the same token, and so sends one e-mail.
    key = f"email_confirm:{hashlib.sha256(token.encode()).hexdigest()}"
    send_email(kind="email_confirm", to=email, subject=subject, text=text, dedupe_key=key)


@never_cache
@_page_or_form
@login_required
def confirm_email(request: ShopRequest, token: str) -> HttpResponse:
    """`/account/email/<token>/`: a page with a button, since mail programs open links by themselves."""
    user = cast(User, request.user)
    try:
        said = signing.loads(token, salt=_SALT, max_age=settings.SHOP_EMAIL_CONFIRM_HOURS * 3600)
    except signing.BadSignature as error:
        raise Http404 from error
    if (said["user"], said["old"]) != (user.pk, user.email):
        raise Http404
    if request.method != "POST":
        return render(request, "shop/account_email_confirm.html", {"email": said["new"]})
    try:
        change_email(user, said["new"])
        messages.success(request, _("Your e-mail address is %(email)s now.") % {"email": user.email})
    except EmailTaken:
        messages.error(request, _("Another account has this e-mail address by now. Yours stays as it was."))
    return redirect("shop:account")


@never_cache
@require_safe
@login_required
def export(request: ShopRequest) -> HttpResponse:
    """`/account/data.json`: download all stored data of the customer."""
    response = JsonResponse(data_of(cast(User, request.user)), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@sensitive_post_parameters()
@never_cache
@_page_or_form
@login_required
def delete(request: ShopRequest) -> HttpResponse:
    """`/account/delete/`: delete the customer and their carts. Held units go back to stock."""
    user = cast(User, request.user)
    form = PasswordForm(request, request.POST or None)
    if user.is_staff:
        form.fields.clear()
    elif form.is_valid():
        delete_account(user)
        logout(request)
        messages.success(request, _("Your account is deleted."))
        return HttpResponseRedirect(reverse("shop:home"))
    return render(request, "shop/account_delete.html", {"form": form})
