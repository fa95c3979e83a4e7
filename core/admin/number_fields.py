"""Form fields of the admin for amounts and units, and NUMBER_FIELDS, which gives them to the forms of a model.

The widgets are text fields: a browser's number field silently drops a separator that it does not know, so 0,95 would
arrive as 095. Phones show their number keys nevertheless.
"""

from decimal import Decimal
from typing import Any

from django import forms
from django.db import models
from unfold.widgets import UnfoldAdminTextInputWidget

from core.numbers import read_money, read_units


class MoneyWidget(UnfoldAdminTextInputWidget):  # type: ignore[misc]
    """A text field with the keys of a decimal number."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})


class UnitsWidget(UnfoldAdminTextInputWidget):  # type: ignore[misc]
    """A text field with the keys of a whole number; all keys where a sign is allowed, since many phones lack it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "off", **(attrs or {})})


class MoneyField(forms.DecimalField):
    """An amount, as `read_money` reads it. Bounds are those of DecimalField."""

    widget = MoneyWidget

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        text = "" if value is None else str(value).strip()
        return read_money(text) if text else None


class UnitsField(forms.IntegerField):
    """A whole number, as `read_units` reads it. `signed` allows negative numbers."""

    widget = UnitsWidget

    def __init__(self, *, signed: bool = False, **options: Any) -> None:
        self.signed = signed
        if signed:
            options.setdefault("widget", UnitsWidget({"inputmode": "text"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> int | None:
        text = "" if value is None else str(value).strip()
        return read_units(text, signed=self.signed) if text else None


# For `formfield_overrides` of every admin and inline that has something to type.
NUMBER_FIELDS: dict[Any, dict[str, Any]] = {
    models.DecimalField: {"form_class": MoneyField, "widget": MoneyWidget},
    models.IntegerField: {"form_class": UnitsField, "widget": UnitsWidget},
}
