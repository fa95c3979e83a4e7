"""`MomentField`: a date and a time in one field, with the picker of the browser and without a script."""

from datetime import datetime
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget


class MomentWidget(UnfoldAdminTextInputWidget):  # type: ignore[misc]
    """A field of the type `datetime-local`, in the time zone of the shop."""

    input_type = "datetime-local"
    supports_microseconds = False

    def format_value(self, value: Any) -> Any:
        return value.isoformat().removesuffix(":00") if isinstance(value, datetime) else value


class MomentField(forms.DateTimeField):
    """A moment. What a browser sends is a date and a time of ISO 8601, which DateTimeField reads."""

    widget = MomentWidget
