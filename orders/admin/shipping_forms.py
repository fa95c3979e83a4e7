"""`ShipForm`, `DeliveredForm` and `ReturnForm`: units that leave, the days on which they came, units that come back."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget, UnfoldAdminTextInputWidget

from core.admin.number_fields import UnitsField
from core.days import day_of
from core.one_line import OneLineFormField
from core.text import money
from orders.admin.forms import ActionForm, one_line_field
from orders.models import Carrier, Order, OrderLine
from orders.selectors import active_carriers
from orders.states import State

_UNITS, _HERE, _DAY = "units_", "here_", "day_"  # before the id of a line, or of a shipment


class LinesForm(ActionForm):
    """A form with a number of units for lines of the order. `seen` is how many units there were when it was made.

    Where the order changed since, no line is missing and no number too large: the service says what happened.
    """

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        self.lines = list(OrderLine.objects.filter(order=order))
        if data is None:
            self.initial = {"seen": self.count()}
        self.is_stale = data is not None and data.get("seen") != str(self.count())

    def count(self) -> int:
        """What `seen` counts, now."""
        raise NotImplementedError

    def add_units(self, name: str, line: OrderLine, most: int, *, told: str, what: str = "", at_first: int = 0) -> None:
        """Add the field of a line, if it has any such units or the page that was sent had them.

        Arguments: the units that there are; a sentence about them; what they are, where a line has two fields; the
        number with which the page comes.
        """
        if most or name in self.data:
            limit = line.quantity if self.is_stale else most
            label = f"{line.name} ({line.sku}){what}"
            self.fields[name] = UnitsField(label=label, min_value=0, max_value=limit, required=False, help_text=told)
            self.initial[name] = at_first

    def units_of(self, cleaned: Mapping[str, Any], prefix: str) -> dict[int, int]:
        """The units by line id, without lines of 0."""
        typed = {name: units for name, units in cleaned.items() if name.startswith(prefix) and units}
        return {int(name.removeprefix(prefix)): units for name, units in typed.items()}


class ShipForm(LinesForm):
    """What leaves now, as `units` by line id, with whom. Filled in as if all that waits left."""

    carrier = forms.ModelChoiceField(Carrier.objects.none(), required=False, empty_label="None, or not known")
    tracking_number = OneLineFormField(
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="The customer gets it, with the link of the carrier.",
    )
    reason = one_line_field("The customer reads it in the e-mail.", label="Note", required=False)

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        carriers = list(active_carriers())
        choices = self.fields["carrier"]
        choices.queryset = Carrier.objects.filter(pk__in=[each.pk for each in carriers])  # type: ignore[attr-defined]
        choices.widget = UnfoldAdminSelectWidget(choices=choices.choices)  # type: ignore[attr-defined]
        if len(carriers) == 1:
            self.initial["carrier"] = carriers[0].pk
        for line in self.lines:
            waits = line.waiting_quantity
            told = f"{waits} wait" if waits > 1 else "1 waits"
            self.add_units(f"{_UNITS}{line.pk}", line, waits, told=f"{told} to be shipped.", at_first=waits)

    def count(self) -> int:
        return sum(line.waiting_quantity for line in self.lines)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["units"] = self.units_of(cleaned, _UNITS)
        if not cleaned["units"] and not self.errors:
            raise ValidationError("Say of at least one line how many units leave.")
        return cleaned


class DeliveredForm(ActionForm):
    """The days on which the parcels of the order came, as `days` by the id of the shipment."""

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        for parcel in order.shipments.select_related("carrier"):
            self.fields[f"{_DAY}{parcel.pk}"] = forms.DateField(
                label=str(parcel),
                required=False,
                initial=parcel.delivered_on,
                widget=UnfoldAdminSingleDateWidget,
                help_text=f"It left on {date_format(day_of(parcel.created_at))}. Empty: not known.",
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        days = {name: day for name, day in cleaned.items() if name.startswith(_DAY)}
        return cleaned | {"days": {int(name.removeprefix(_DAY)): day for name, day in days.items()}}


class ReturnForm(LinesForm):
    """What came back: `units` by line id, and `sent_back`, those of them that had left the house."""

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        is_paid = order.state == State.PAID
        for line in self.lines:
            waits = line.waiting_quantity if is_paid else 0
            out = line.kept_quantity - waits
            each = f"at {money(line.price)} each."
            back, here = (", came back", ", not to be shipped") if waits and out else ("", "")
            self.add_units(f"{_UNITS}{line.pk}", line, out, told=f"The customer has {out}, {each}", what=back)
            self.add_units(f"{_HERE}{line.pk}", line, waits, told=f"Not shipped yet: {waits}, {each}", what=here)
        self.fields["reason"] = one_line_field("For the log and for the refund: broken, unwanted, wrong colour.")

    def count(self) -> int:
        return sum(line.returned_quantity for line in self.lines)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        back, here = self.units_of(cleaned, _UNITS), self.units_of(cleaned, _HERE)
        cleaned["units"] = {pk: back.get(pk, 0) + here.get(pk, 0) for pk in back.keys() | here.keys()}
        cleaned["sent_back"] = back
        if not cleaned["units"] and not self.errors:
            raise ValidationError("Say of at least one line how many units came back.")
        return cleaned
