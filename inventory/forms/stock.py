"""The form that receives, adjusts and counts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget

from core.admin.number_fields import UnitsField
from inventory.models import ProductVariant, StockMovement
from inventory.selectors import StockSeen, stock_seen

_MOST_UNITS = 1_000_000
_NOT_AS_MADE = "The page was not sent back as it was made. Nothing was moved: look, and send it again."
_IDS = RegexValidator(r"^\d{1,18}(,\d{1,18})*$")


class StockForm(forms.Form):
    """How the stock of one variant changes and why, with the stock that the person sees while deciding it.

    What is on hand includes what carts hold: it is all on the shelf until it is sold.
    """

    RECEIVED, ADJUSTED, COUNTED = "received", "adjusted", "counted"

    what = forms.ChoiceField(
        label="What happened",
        choices=[
            (RECEIVED, "Goods came in"),
            (ADJUSTED, "Adjust by a difference"),
            (COUNTED, "The shelf was counted"),
        ],
        widget=UnfoldAdminRadioSelectWidget(radio_style="vertical"),
        initial=RECEIVED,
    )
    units = UnitsField(
        signed=True,
        min_value=-_MOST_UNITS,
        max_value=_MOST_UNITS,
        help_text="Came in: how many. Adjust: the difference, with a minus to take away. Counted: how many lie there, "
        "those in carts included.",
    )
    reason = forms.CharField(
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="For whoever reads the ledger next year: delivery note 1234, broken in storage, stocktake.",
    )
    seen_on_hand = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    seen_movement = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1)
    may_lose = forms.CharField(widget=forms.HiddenInput, required=False, validators=[_IDS], max_length=20_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    @classmethod
    def of(cls, variant: ProductVariant) -> "StockForm":
        """An empty form that knows the stock of now. 1 query."""
        seen = stock_seen(variant)
        return cls(initial={"seen_on_hand": seen.on_hand, "seen_movement": seen.movement_id})

    def clean(self) -> dict[str, Any]:
        """`delta` in units, from whichever way the number was meant."""
        cleaned = super().clean() or {}
        if self.was_tampered_with:
            self.add_error(None, _NOT_AS_MADE)
        if not {"what", "units", "seen_on_hand"} - cleaned.keys():
            cleaned["delta"] = self._delta(cleaned["what"], cleaned["units"], cleaned["seen_on_hand"])
        return cleaned

    def _delta(self, what: str, units: int, on_hand: int) -> int:
        if what == self.RECEIVED and units < 1:
            raise ValidationError({"units": "Goods that came in are 1 unit or more. To take away, adjust."})
        if what == self.ADJUSTED and units == 0:
            raise ValidationError({"units": "A difference of 0 changes nothing."})
        if what == self.COUNTED and units < 0:
            raise ValidationError({"units": "Nobody counts fewer than 0."})
        if what == self.COUNTED and units == on_hand:
            raise ValidationError({"units": f"{on_hand} are on hand already: nothing to change."})
        delta = units - on_hand if what == self.COUNTED else units
        if on_hand + delta < 0:
            raise ValidationError({"units": f"Only {on_hand} are on hand; {-delta} cannot be taken away."})
        return delta

    @property
    def was_tampered_with(self) -> bool:
        """Whether one of the fields that nobody sees is wrong, so that nobody could put it right either."""
        return any(field.name in self.errors for field in self.hidden_fields())

    @property
    def kind(self) -> StockMovement.Kind:
        """What the ledger calls it."""
        received = self.cleaned_data["what"] == self.RECEIVED
        return StockMovement.Kind.RECEIPT if received else StockMovement.Kind.ADJUSTMENT

    @property
    def seen(self) -> StockSeen:
        """The stock that was on the page."""
        return StockSeen(self.cleaned_data["seen_on_hand"], self.cleaned_data["seen_movement"])

    @property
    def lines_agreed(self) -> list[int]:
        """Lines of carts that may lose their hold, as the person was shown them."""
        return [int(pk) for pk in self.cleaned_data["may_lose"].split(",") if pk]

    def keep_typed(self, variant: ProductVariant, **changed: object) -> None:
        """Show what was typed again, beside the stock of now. 1 query."""
        seen = stock_seen(variant)
        typed = {name: self.data.get(name) for name in self.fields}
        self.data = {**typed, "seen_on_hand": seen.on_hand, "seen_movement": seen.movement_id, **changed}
