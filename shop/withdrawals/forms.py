"""`WithdrawalForm`: what a customer withdraws from, line by line."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.number_fields import UnitsField
from core.one_line import OneLineFormField
from orders.models import Order, OrderLine
from withdrawals.errors import NoUnitsChosen
from withdrawals.selectors import Right

_UNITS = "units_"  # before the id of a line


class WithdrawalForm(forms.Form):
    """Units of each line, at first all of them, and the customer's name."""

    name = OneLineFormField(
        label=gettext_lazy("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )

    def __init__(self, order: Order, right: Right, data: Any = None) -> None:
        super().__init__(data, label_suffix="", initial={"name": order.name})
        self.lines = right.lines
        for line, most in right.lines:
            self.fields[f"{_UNITS}{line.pk}"] = UnitsField(
                label=line.name,
                min_value=0,
                max_value=most,
                required=False,
                initial=most,
                help_text=_("of %(units)d") % {"units": most},
                error_messages={"max_value": _("You have %(limit_value)d of it to withdraw from.")},
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )
        self.order_fields([*(name for name in self.fields if name != "name"), "name"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.units:
            raise NoUnitsChosen
        return cleaned

    @property
    def units(self) -> dict[int, int]:
        """The units that were chosen, by the id of the line; lines of 0 are left out."""
        typed = {name: units for name, units in self.cleaned_data.items() if name.startswith(_UNITS) and units}
        return {int(name.removeprefix(_UNITS)): units for name, units in typed.items()}

    @property
    def chosen(self) -> list[tuple[OrderLine, int]]:
        """The lines that were chosen, each with its units."""
        return [(line, self.units[line.pk]) for line, _most in self.lines if line.pk in self.units]
