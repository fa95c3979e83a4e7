"""`ReadOnceField`, the choice of a row in each form of an inline: the rows are read once for the page."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet


class ReadOnceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """As ModelChoiceField, which reads all rows to show each form, and one to check each. 2 queries a page."""

    def __init__(self, queryset: QuerySet[Any], **options: Any) -> None:
        super().__init__(queryset, **options)
        self.rows = {str(row.pk): row for row in queryset.all()}
        choices: Any = self.choices
        self.choices = list(choices)

    def to_python(self, value: Any) -> Model | None:
        if value in self.empty_values:
            return None
        row: Model | None = self.rows.get(str(value.pk if isinstance(value, Model) else value))
        if row is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value})
        return row
