"""What staff fill in when they bring an order on."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextInputWidget

from inventory.wording import money
from orders.models import Order, OrderLine
from orders.selectors import payment_to_note
from staff.number_fields import MoneyField, UnitsField

_UNITS = "units_"
_NOT_AS_MADE = "The page was not sent back as it was made. Nothing was changed: open it again from the order."


class StepForm(forms.Form):
    """A form about one order. `reason` is what the log keeps."""

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.order = order

    def clean(self) -> dict[str, Any]:
        """A field that nobody sees and that is wrong could not be put right either."""
        cleaned = super().clean() or {}
        if any(field.name in self.errors for field in self.hidden_fields()):
            raise ValidationError(_NOT_AS_MADE)
        return cleaned


def _text(help_text: str, **options: Any) -> forms.CharField:
    return forms.CharField(max_length=150, widget=UnfoldAdminTextInputWidget, help_text=help_text, **options)


class NoteForm(StepForm):
    reason = _text(
        "The customer reads it in the letter, such as the number of the parcel.", label="Note", required=False
    )


class CancelForm(StepForm):
    reason = _text("Why. The customer reads it in the letter, and the log keeps it.", label="Note")


class ReasonForm(StepForm):
    reason = _text("For the log: who reads it next week should see why.")


class MoneyForm(StepForm):
    """How much came, for the payment that was open when the page was made."""

    amount = MoneyField(
        label="Amount that came",
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        help_text="As it stands on the account, to the cent.",
    )
    payment = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        if data is None and (payment := payment_to_note(order)):
            self.initial = {"payment": payment.pk}

    def clean_payment(self) -> int:
        payment_id: int = self.cleaned_data["payment"]
        if not self.order.payments.filter(pk=payment_id).exists():
            raise ValidationError(_NOT_AS_MADE)
        return payment_id


class ReturnForm(StepForm):
    """How many units of each line came back. `units` by line id, without the lines of which none did."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        lines = list(order.lines.all())
        if data is None:
            self.initial = {"seen": sum(line.returned_quantity for line in lines)}
        self.fields |= {f"{_UNITS}{line.pk}": _units_of(line) for line in lines if line.kept_quantity}
        self.fields["reason"] = _text("For the log and for the refund: broken, unwanted, wrong colour.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        fields = {name: units for name, units in cleaned.items() if name.startswith(_UNITS) and units}
        cleaned["units"] = {int(name.removeprefix(_UNITS)): units for name, units in fields.items()}
        if not cleaned["units"] and not self.errors:
            raise ValidationError("Say of at least one line how many units came back.")
        return cleaned


def _units_of(line: OrderLine) -> UnitsField:
    kept = line.kept_quantity
    return UnitsField(
        label=f"{line.name} ({line.sku})",
        min_value=0,
        max_value=kept,
        initial=0,
        required=False,
        help_text=f"The customer has {kept}, at {money(line.price)} each.",
    )
