"""The upload."""

from collections.abc import Iterable
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminRadioSelectWidget

from inventory.imports.models import ImportJob


class ImportForm(forms.Form):
    """A file, and what it is of: one of the kinds that the person may import."""

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
