"""The contact page: its text is the owner's, and its form becomes an e-mail to the shop."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.one_line import OneLineFormField
from core.ratelimit import EMAILS, seconds_to_wait
from core.seller import seller
from pages.models import CONTACT
from pages.selectors import published_page
from pages.services import send_contact_message
from shop.accounts.shoppers import ShopRequest
from shop.accounts.views import too_many_emails


class ContactForm(forms.Form):
    """What a visitor writes. Of one `key`, the same words count once. `website` is a trap for programs."""

    name = OneLineFormField(
        label=gettext_lazy("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Your message"), max_length=5000, widget=forms.Textarea(attrs={"rows": 7})
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    website = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def clean_website(self) -> str:
        """Refuse what a program filled in. A person whose browser did it is told, and can empty it."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Please empty this field: it is there to catch programs."), code="filled")
        return ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: ShopRequest) -> HttpResponse:
    """`/pages/contact/`. Sent, it leads back here, so that a reload sends nothing."""
    page = published_page(CONTACT)
    if page is None:
        raise Http404
    form = ContactForm(request.POST or None, initial=_known(request), label_suffix="")
    if request.method == "POST" and form.is_valid():
        if wait := seconds_to_wait(request, EMAILS):
            return too_many_emails(request, wait)
        _send(form)
        messages.success(request, _("Your message is on its way to us. We answer to %(email)s.") % form.cleaned_data)
        return HttpResponseRedirect(request.path, status=303)
    canonical = request.build_absolute_uri(page.get_absolute_url())
    context = seller() | {"page": page, "form": form, "canonical": canonical}
    return render(request, "shop/contact.html", context, status=400 if form.errors else 200)


def _known(request: ShopRequest) -> dict[str, Any]:
    user, key = request.user, {"key": uuid.uuid4().hex}
    return key | {"name": user.get_full_name(), "email": user.email} if user.is_authenticated else key


def _send(form: ContactForm) -> None:
    typed = form.cleaned_data
    send_contact_message(name=typed["name"], email=typed["email"], text=typed["text"], key=typed["key"].hex)
