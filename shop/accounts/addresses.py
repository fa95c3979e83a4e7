"""The addresses of an account: a form to add or change one, and what makes one the default one or removes it."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.countries import country_code
from orders.models import SavedAddress
from orders.models.addresses import POSTAL_FIELDS
from orders.services import delete_address, save_address, set_default_address
from shop.accounts.shoppers import ShopRequest
from shop.cart.delivery import country_of
from shop.postal import CountryField, LongSelect, check_phone, check_postcode, delivery_countries, hints

_FIELDS = [*POSTAL_FIELDS, "phone"]


class SavedAddressForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, address and phone."""

    country = CountryField(
        choices=delivery_countries, label=gettext_lazy("Country"), widget=LongSelect(attrs=hints("country"))
    )

    class Meta:
        model = SavedAddress
        fields = _FIELDS
        labels = {
            "street_2": gettext_lazy("Flat, company or the like (optional)"),
            "phone": gettext_lazy("Phone (optional)"),
        }
        widgets = {
            **{name: forms.TextInput(attrs=hints(name)) for name in POSTAL_FIELDS if name != "country"},
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["postcode"].required = False  # not every country has them: see `clean`

    def clean_phone(self) -> str:
        return check_phone(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        super().clean()
        check_postcode(self)
        return self.cleaned_data


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def address(request: ShopRequest, address_id: int | None = None) -> HttpResponse:
    """`/account/addresses/new/` and `/account/addresses/<id>/`: add an address, or change one."""
    user = cast(User, request.user)
    shown = get_object_or_404(SavedAddress, pk=address_id, user=user) if address_id else None
    initial = {"country": country_code(shown.country) if shown else country_of(request)}
    form = SavedAddressForm(request.POST or None, instance=shown, initial=initial)
    if form.is_valid() and _save(user, form, address_id):
        messages.success(request, _("The address is saved."))
        return redirect("shop:account")
    return render(request, "shop/account_address.html", {"form": form, "is_new": shown is None})


def _save(user: User, form: SavedAddressForm, address_id: int | None) -> bool:
    fields = {name: form.cleaned_data[name] for name in _FIELDS}
    try:
        saved = save_address(user=user, fields=fields, address_id=address_id)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    if saved is None:  # another tab has removed it meanwhile
        raise Http404
    return True


@never_cache
@require_POST
@login_required
def make_default(request: ShopRequest, address_id: int) -> HttpResponse:
    """`/account/addresses/<id>/default/`"""
    if not set_default_address(user=cast(User, request.user), address_id=address_id):
        raise Http404
    return redirect("shop:account")


@never_cache
@require_POST
@login_required
def remove(request: ShopRequest, address_id: int) -> HttpResponse:
    """`/account/addresses/<id>/remove/`. Orders that went there keep it."""
    if not delete_address(user=cast(User, request.user), address_id=address_id):
        raise Http404
    messages.success(request, _("The address is removed."))
    return redirect("shop:account")
