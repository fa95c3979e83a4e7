"""The forms of the actions on an order."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from core.admin.confirmation import require_agreement
from core.admin.number_fields import MoneyField
from core.one_line import OneLineFormField
from core.text import date_and_time, money
from orders.models import Order
from orders.selectors import payment_to_record, payments_to_withdraw
from orders.states import State

_NOT_AS_MADE = "The page was not sent back as it was made. Nothing was changed: open it again from the order."


class ActionForm(forms.Form):
    """A form about one order. `reason` goes to the log."""

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.order = order

    def clean(self) -> dict[str, Any]:
        """Refuse a wrong hidden field with one message: nobody could correct a field that is not shown."""
        cleaned = super().clean() or {}
        if any(field.name in self.errors for field in self.hidden_fields()):
            raise ValidationError(_NOT_AS_MADE)
        return cleaned


def one_line_field(help_text: str, **options: Any) -> OneLineFormField:
    """A field for a note or a reason."""
    return OneLineFormField(max_length=150, widget=UnfoldAdminTextInputWidget, help_text=help_text, **options)


class NoteForm(ActionForm):
    """A note for the customers of orders that leave together."""

    reason = one_line_field("The customers read it in the e-mail.", label="Note", required=False)


class CancelForm(ActionForm):
    reason = one_line_field("Why. The customer reads it in the e-mail, and the log keeps it.", label="Note")


class CommentForm(ActionForm):
    comment = forms.CharField(
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="For colleagues. The customer never reads it.",
    )


class ReasonForm(ActionForm):
    reason = one_line_field("For the log: who reads it next week should see why.")


class MoneyForm(ActionForm):
    """The amount that came, for the payment that was open when the page was made."""

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
        if data is None and (payment := payment_to_record(order)):
            self.initial = {"payment": payment.pk}

    def clean(self) -> dict[str, Any]:
        """Ask for confirmation of an amount that is not the one due."""
        cleaned = super().clean()
        if {"amount", "payment"} <= cleaned.keys() and cleaned["amount"] != self.order.total:
            require_agreement(self, self._difference(cleaned["amount"]))
        return cleaned

    def _difference(self, amount: Decimal) -> str:
        due = self.order.total
        much = f"{money(amount - due)} more" if amount > due else f"{money(due - amount)} less"
        than = "is due" if self.order.state == State.PLACED else "was asked for"
        return f"{money(amount)} is {much} than {than}. Note it?"

    def clean_payment(self) -> int:
        payment_id: int = self.cleaned_data["payment"]
        if not self.order.payments.filter(pk=payment_id).exists():
            raise ValidationError(_NOT_AS_MADE)
        return payment_id


class MistakeForm(ActionForm):
    """Which recorded payment is withdrawn, and why. `note` is the payment's id and when it was recorded, as shown."""

    note = forms.RegexField(
        r"\A[0-9]{1,18}@[0-9T:.+-]{1,40}\Z",
        label="What was noted",
        widget=UnfoldAdminRadioSelectWidget(radio_style="vertical"),
        error_messages={"invalid": _NOT_AS_MADE},
    )
    reason = one_line_field("For the order's log: what was mistyped, or whose money it was.")

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(order, data)
        notes = [
            (f"{each.pk}@{at.isoformat()}", f"{money(each.amount)}, noted {date_and_time(at)}")
            for each in payments_to_withdraw(order)
            if (at := each.settled_at)
        ]
        self.fields["note"].widget.choices = notes
        self.initial = {"note": notes[0][0]} if notes else {}

    def clean_note(self) -> tuple[int, datetime]:
        payment_id, moment = self.cleaned_data["note"].split("@")
        try:
            recorded_at = datetime.fromisoformat(moment)
        except ValueError:
            raise ValidationError(_NOT_AS_MADE) from None
        if not self.order.payments.filter(pk=payment_id).exists():
            raise ValidationError(_NOT_AS_MADE)
        return int(payment_id), recorded_at
