"""`AddressForm`: where an order goes, as staff change it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from core.countries import country_choices, country_code, country_name
from core.postcodes import postcode_example
from orders.admin.forms import ActionForm
from orders.models import Order
from orders.models.addresses import POSTAL_FIELDS
from orders.services.order_address import address_told


class AddressForm(ActionForm):
    """The columns of POSTAL_FIELDS as `address`. `seen` is the address when the page was made."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        country = country_code(order.country) or order.country
        for name in POSTAL_FIELDS:
            column: Any = Order._meta.get_field(name)
            self.fields[name] = column.formfield(widget=UnfoldAdminTextInputWidget)
        choices = dict(country_choices()) | {country: country_name(country)}
        select = UnfoldAdminSelectWidget(choices=list(choices.items()))
        self.fields["country"] = forms.ChoiceField(choices=list(choices.items()), widget=select)
        self.initial = {name: getattr(order, name) for name in POSTAL_FIELDS}
        self.initial |= {"country": country, "seen": address_told(order)}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_new = {"country", "postcode"} <= cleaned.keys() and "postcode" in self.changed_data
        if is_new and (example := postcode_example(cleaned["postcode"], cleaned["country"])):
            self.add_error("postcode", ValidationError(f"In this country a postcode looks like {example}."))
        cleaned["address"] = {name: cleaned.get(name, "") for name in POSTAL_FIELDS}
        return cleaned
