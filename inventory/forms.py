"""The forms of the admin: `ProductForm`, `VariantForm`, `StockForm` (stock movements) and `ImportForm` (uploads)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Model
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextInputWidget,
)

from core.admin.confirmation import require_agreement
from core.admin.number_fields import UnitsField
from core.admin.seen import SeenForm
from core.one_line import OneLineFormField
from inventory.imports.models import ImportJob
from inventory.locks import lock_products
from inventory.models import Product, ProductVariant, StockMovement
from inventory.photo_forms import PhotosField
from inventory.selectors import StockSeen, stock_seen
from inventory.wording import price_jump


class ProductForm(SeenForm):
    """A product, with photographs to add."""

    photographs = PhotosField()

    class Meta:
        model = Product
        fields = [
            *("number", "name", "slug", "category", "is_listed", "description", "facts"),
            *("producer", "warnings", "needs_no_warnings"),
        ]


class VariantForm(SeenForm):
    """A variant. A price that jumps has to be confirmed. `opening_stock` is for a new one."""

    opening_stock = UnitsField(
        required=False,
        min_value=0,
        max_value=1_000_000,
        help_text="Units that lie there now. Later ones come in on the page of the stock.",
    )

    class Meta:
        model = ProductVariant
        fields = [
            *("product", "sku", "name", "price", "content", "tax_class", "weight_grams"),
            *("low_stock_threshold", "is_active"),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding and "opening_stock" in self.fields:
            self.fields["opening_stock"].disabled = True

    @classmethod
    def lock_rows(cls, forms: Sequence[SeenForm]) -> Sequence[Model]:
        """Lock the products first, the one to which a variant is moved too."""
        chosen = [getattr(form, "cleaned_data", {}).get("product") for form in forms]
        lock_products({form.instance.product_id for form in forms} | {product.pk for product in chosen if product})
        return super().lock_rows(forms)

    def clean_price(self) -> Decimal:
        price: Decimal = self.cleaned_data["price"]
        if "price" in self.changed_data:
            self._ask_about(price)
        return price

    def _ask_about(self, price: Decimal) -> None:
        before = self.initial.get("price") if self.instance.pk else None
        if jump := price_jump(before, price):
            require_agreement(self, f"{self.instance.sku or self.cleaned_data.get('sku', '')}: {jump}")


_MOST_UNITS = 1_000_000
_NOT_AS_MADE = "The page was not sent back as it was made. Nothing was moved: look, and send it again."
_IDS = RegexValidator(r"^\d{1,18}(,\d{1,18})*$")


class StockForm(forms.Form):
    """How the stock of one variant changes and why, and the stock that the person saw when deciding it.

    Units on hand include those that carts hold, since they are in the warehouse until they are sold.
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
    reason = OneLineFormField(
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
        """Return an empty form with the current stock as seen. 1 query."""
        seen = stock_seen(variant)
        return cls(initial={"seen_on_hand": seen.on_hand, "seen_movement": seen.movement_id})

    def clean(self) -> dict[str, Any]:
        """Add `delta` in units, whichever way the number was given."""
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
        delta = units - on_hand if what == self.COUNTED else units
        if on_hand + delta < 0:
            raise ValidationError({"units": f"Only {on_hand} are on hand; {-delta} cannot be taken away."})
        return delta

    @property
    def was_tampered_with(self) -> bool:
        """Whether a hidden field is wrong, which the person cannot correct."""
        return any(field.name in self.errors for field in self.hidden_fields())

    @property
    def kind(self) -> StockMovement.Kind:
        """The kind of movement for the ledger."""
        return _KINDS[self.cleaned_data["what"]]

    @property
    def seen(self) -> StockSeen:
        """The stock that was on the page."""
        return StockSeen(self.cleaned_data["seen_on_hand"], self.cleaned_data["seen_movement"])

    @property
    def lines_agreed(self) -> list[int]:
        """The ids of lines that may lose their hold, as the person agreed."""
        return [int(pk) for pk in self.cleaned_data["may_lose"].split(",") if pk]

    def keep_typed(self, variant: ProductVariant, **changed: object) -> None:
        """Keep what was typed, with the current stock as seen. 1 query."""
        seen = stock_seen(variant)
        typed = {name: self.data.get(name) for name in self.fields}
        self.data = {**typed, "seen_on_hand": seen.on_hand, "seen_movement": seen.movement_id, **changed}


_KINDS = {
    StockForm.RECEIVED: StockMovement.Kind.RECEIPT,
    StockForm.ADJUSTED: StockMovement.Kind.ADJUSTMENT,
    StockForm.COUNTED: StockMovement.Kind.COUNT,
}


class ImportForm(forms.Form):
    """A file and its kind, one of those that the person may import."""

    kind = forms.TypedChoiceField(
        label="What is it?", coerce=ImportJob.Kind, widget=UnfoldAdminRadioSelectWidget(radio_style=1)
    )
    file = forms.FileField(
        label="CSV file",
        max_length=200,
        allow_empty_file=True,  # an empty file gets its own words
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,text/csv"}),
        help_text="UTF-8, with commas or semicolons; at most 2 MB and 20,000 rows.",
    )

    def __init__(self, kinds: Iterable[ImportJob.Kind], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [(one.value, one.label) for one in kinds]
        kind.initial = kind.choices[0][0]
