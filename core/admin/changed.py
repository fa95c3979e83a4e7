"""`ChangedForm`, a form of a model that judges only what the person changed."""

from django import forms


class ChangedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rule may be newer than the row: what it has already keeps nobody from changing another column."""

    def _get_validation_exclusions(self) -> set[str]:
        exclude: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return exclude if self.instance._state.adding else exclude | (self.fields.keys() - set(self.changed_data))
