"""The forms of checkout: address and delivery, the way to pay, and the order itself."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, cast

from django import forms
from django.forms.utils import flatatt
from django.utils.crypto import salted_hmac
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.countries import country_choices, country_code
from orders.delivery_prices import Offer
from orders.errors import DeliveryUnavailable
from orders.models import Checkout
from orders.models.addresses import CUSTOMER_FIELDS, Customer
from orders.payments import providers
from orders.tariffs import delivery_prices
from orders.totals import Expected
from shop.cart.delivery import CartDelivery
from shop.wording import arrival, money

# https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill
_AUTOCOMPLETE = {
    "email": "email",
    "name": "name",
    "street": "address-line1",
    "street_2": "address-line2",
    "city": "address-level2",
    "postcode": "postal-code",
    "country": "country",
}


class LongSelect(forms.Select):
    """A select of many options, written in one pass. Django renders a template for each: 10 ms for all countries."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((code, mark_safe(" selected") if code == value else "", text) for code, text in self.choices),
        )
        own = flatatt(self.build_attrs(self.attrs, attrs) | {"name": name})
        return format_html("<select{}>{}</select>", own, options)


class CountryField(forms.ChoiceField):
    """A country that the shop delivers to. A name, typed or stored before codes were used, counts as its code."""

    def to_python(self, value: Any) -> str:
        return self.prepare_value(super().to_python(value))

    def prepare_value(self, value: Any) -> str:
        return country_code(value or "") or value or ""


def _countries() -> list[tuple[str, str]]:
    """No country is chosen at first, unless there is only one."""
    choices = country_choices()
    return choices if len(choices) == 1 else [("", _("Please choose")), *choices]


class AddressForm(forms.ModelForm):  # type: ignore[type-arg]
    """Customer, address and delivery.

    Argument: `delivery`, that of the cart to the country that is assumed until another is known. The first delivery
    method is chosen unless the shopper chooses another. No query.
    """

    country = CountryField(
        choices=_countries,
        label=gettext_lazy("Country"),
        widget=LongSelect(attrs={"autocomplete": _AUTOCOMPLETE["country"]}),
        error_messages={
            "invalid_choice": gettext_lazy("Please choose a country from the list: we deliver to no other.")
        },
    )
    delivery_method = forms.TypedChoiceField(
        coerce=int,
        label=gettext_lazy("How shall we deliver?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Please choose how we shall deliver."),
            "invalid_choice": DeliveryUnavailable.text,
        },
    )

    class Meta:
        model = Checkout
        fields = CUSTOMER_FIELDS
        labels = {"street_2": gettext_lazy("Flat, company or the like (optional)")}
        widgets = {
            name: (forms.EmailInput if name == "email" else forms.TextInput)(attrs={"autocomplete": token})
            for name, token in _AUTOCOMPLETE.items()
        }

    field_order = [*_AUTOCOMPLETE, "delivery_method"]

    def __init__(self, *args: Any, delivery: CartDelivery, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country = country_code(str(self["country"].value() or ""))
        self.delivery = delivery.to(country) if country else delivery
        self._offer()

    def offer_anew(self) -> None:
        """Set the choices to the delivery methods offered now. 1 query."""
        self.delivery = replace(self.delivery, prices=delivery_prices())
        self._offer()

    def _offer(self) -> None:
        field = cast(forms.ChoiceField, self.fields["delivery_method"])
        field.choices = [(offer.method.id, _label(offer)) for offer in self.delivery.offers]
        field.initial = self.delivery.offers[0].method.id if self.delivery.offers else None
        field.required = bool(self.delivery.offers)

    def clean(self) -> dict[str, Any]:
        """Refuse a country where we deliver nothing, or not this much."""
        cleaned = super().clean() or {}
        if "country" in cleaned and self.delivery.refusal:
            self.errors.pop("delivery_method", None)
            self.add_error("country", self.delivery.refusal)
        return cleaned

    @property
    def customer(self) -> Customer:
        """The customer, once the form is valid."""
        return cast(Checkout, self.instance).customer


def _label(offer: Offer) -> SafeString:
    notes = [offer.method.description, arrival(offer.arrives)]
    if offer.rate.free_from is not None and offer.price:
        notes.append(_("free from %(amount)s") % {"amount": money(offer.rate.free_from)})
    return format_html(
        '<span class="choice-name">{}</span><span class="choice-price">{}</span><small>{}</small>',
        offer.method.name,
        money(offer.cost) if offer.cost else _("Free"),
        " · ".join(filter(None, notes)),
    )


class PayForm(forms.Form):
    """The way to pay. The first one offered is chosen unless the shopper chooses another."""

    provider = forms.ChoiceField(
        label=gettext_lazy("How would you like to pay?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose how to pay.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        offered = providers()
        super().__init__(data, initial={"provider": offered[0].name if offered else None})
        labels = '<span class="choice-name">{}</span><small>{}</small>'
        choices = [(each.name, format_html(labels, each.label, each.description)) for each in offered]
        self.fields["provider"].choices = choices  # type: ignore[attr-defined]


class PlaceForm(PayForm):
    """The order: the shopper's cart as it was shown. All fields but the provider are hidden."""

    cart = forms.IntegerField(min_value=1)
    version = forms.IntegerField(min_value=0)
    total = forms.DecimalField(max_digits=14, decimal_places=2)
    details = forms.CharField(max_length=64)
    key = forms.RegexField(r"\A[\x20-\x7e]{1,64}\Z")

    @property
    def expected(self) -> Expected:
        """What the shopper agreed to, once the form is valid."""
        return Expected(version=self.cleaned_data["version"], total=self.cleaned_data["total"])


def mark_of(checkout: Checkout) -> str:
    """Return a hash of address and delivery, by which the order notices that another tab has changed them."""
    details = repr((asdict(checkout.customer), checkout.delivery_method_id))
    return salted_hmac("shop.checkout", details, algorithm="sha256").hexdigest()


def focus_first_error(form: forms.BaseForm) -> None:
    """Set the focus to the first field with an error."""
    for name in form.fields:
        if name in form.errors:
            form.fields[name].widget.attrs["autofocus"] = True
            return
