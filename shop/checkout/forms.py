"""The forms of checkout: address and delivery, the way to pay, and the order itself."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.countries import all_countries, country_code
from core.one_line import TextFormField
from core.vat_ids import vat_id
from orders.delivery_prices import Offer
from orders.errors import DeliveryUnavailable
from orders.models import Checkout
from orders.models.addresses import CUSTOMER_FIELDS, LONGEST_GIFT_MESSAGE, POSTAL_FIELDS, Customer
from orders.payments import providers
from orders.tariffs import delivery_prices
from orders.totals import Expected
from shop.cart.delivery import CartDelivery
from shop.postal import CountryField, LongSelect, check_phone, check_postcode, delivery_countries, hints
from shop.wording import arrival, money

_TEXTS = [name for name in POSTAL_FIELDS if name != "country"]
_OF_A_FIRM = ("company", "vat_id")
_REQUIRED_ON_A_BILL = ("name", "street", "city", "country")


class AddressForm(forms.ModelForm):  # type: ignore[type-arg]
    """Customer, address, delivery, and what is optional.

    Argument: `delivery`, that of the cart to the country that is assumed until another is known. The first delivery
    method is chosen unless the shopper chooses another. No query.
    """

    country = CountryField(
        choices=delivery_countries,
        label=gettext_lazy("Country"),
        widget=LongSelect(attrs=hints("country", of="shipping")),
        error_messages={
            "invalid_choice": gettext_lazy("Please choose a country from the list: we deliver to no other.")
        },
    )
    billing_country = CountryField(
        choices=lambda: [("", _("Please choose")), *all_countries()],
        label=gettext_lazy("Country on the bill"),
        required=False,
        widget=LongSelect(attrs=hints("country", of="billing")),
    )
    gift_message = TextFormField(
        label=gettext_lazy("Your message"),
        required=False,
        max_length=LONGEST_GIFT_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("It is printed on the packing slip, which has no prices."),
    )
    keep = forms.BooleanField(label=gettext_lazy("Keep this address in my account"), required=False)
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
        labels = {
            "phone": gettext_lazy("Phone (optional)"),
            "street_2": gettext_lazy("Flat, company or the like (optional)"),
            "delivery_note": gettext_lazy("Note for the courier (optional)"),
            "company": gettext_lazy("Company"),
            "vat_id": gettext_lazy("VAT number"),
            "billing_name": gettext_lazy("Name on the bill"),
            "billing_street": gettext_lazy("Street on the bill"),
            "billing_street_2": gettext_lazy("Flat on the bill (optional)"),
            "billing_city": gettext_lazy("Town on the bill"),
            "billing_postcode": gettext_lazy("Postcode on the bill"),
        }
        help_texts = {"phone": gettext_lazy("Only for the courier.")}
        widgets = {
            "email": forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
            "company": forms.TextInput(attrs={"autocomplete": "billing organization"}),
            "vat_id": forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
            **{name: forms.TextInput(attrs=hints(name, of="shipping")) for name in _TEXTS},
            **{f"billing_{name}": forms.TextInput(attrs=hints(name, of="billing")) for name in _TEXTS},
        }

    def __init__(self, *args: Any, delivery: CartDelivery, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["postcode"].required = False  # not every country has them: see `clean`
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
        if str(self.initial.get("delivery_method")) not in {str(choice) for choice, _ in field.choices}:
            self.initial.pop("delivery_method", None)  # chosen for another country

    def clean_phone(self) -> str:
        return check_phone(self.cleaned_data["phone"])

    def clean_vat_id(self) -> str:
        typed = str(self.cleaned_data["vat_id"])
        number = vat_id(typed)
        if typed and not number:
            raise ValidationError(
                _("Please check the number. It begins with the country, such as GB123456789 or DE123456789.")
            )
        return number

    def clean(self) -> dict[str, Any]:
        """Refuse a country where we deliver nothing, or not this much, and check addresses by their countries."""
        super().clean()
        if "country" in self.cleaned_data and self.delivery.refusal:
            self.errors.pop("delivery_method", None)
            self.add_error("country", self.delivery.refusal)
        check_postcode(self)
        if any(self.cleaned_data.get(f"billing_{name}") for name in POSTAL_FIELDS):
            self._check_bill()
        return self.cleaned_data

    def _check_bill(self) -> None:
        for name in _REQUIRED_ON_A_BILL:
            is_named = name == "name" and self.cleaned_data.get("company")
            if not is_named and not self.cleaned_data.get(f"billing_{name}") and f"billing_{name}" not in self.errors:
                self.add_error(f"billing_{name}", _("This is needed if the bill goes to another address."))
        check_postcode(self, "billing_")

    @property
    def has_bill(self) -> bool:
        """Whether the part of the bill has something to show: what was filled in, or an error."""
        return self._has_any(name for name in self.fields if name.startswith("billing_") or name in _OF_A_FIRM)

    @property
    def has_gift(self) -> bool:
        """Whether the part of a gift has something to show."""
        return self._has_any(["gift_message"])

    def _has_any(self, names: Iterable[str]) -> bool:
        return any(self[name].value() or self[name].errors for name in names)

    @property
    def chosen_offer(self) -> Offer | None:
        """The delivery that is chosen as the form is shown."""
        chosen = str(self["delivery_method"].value())
        return next((offer for offer in self.delivery.offers if str(offer.method.id) == chosen), None)

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
