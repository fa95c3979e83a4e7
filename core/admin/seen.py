"""`SeenForm` and `SeenFormSet`: a page that was left open does not undo what a colleague saved meanwhile.

The page of an existing row carries the value of each column as it was shown (Django's `show_hidden_initial`). A column
counts as changed if what was typed differs from what was shown, whatever the row has now. Only changed columns are
written. If the row's value differs from the shown one, the field is refused with both, and the page is shown again with
what was typed and with the row as it is now. The row is locked before it is compared, so of two people who save at the
same moment the second one is told.
"""

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Model
from django.forms import BoundField
from django.forms.models import model_to_dict
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.forms import PaginationInlineFormSet

from core.admin.log import last_entry
from core.locks import lock_rows
from core.text import date_and_time

_DELETED = "A colleague deleted this while the page was open. Nothing was saved."


class SeenBoundField(BoundField):
    """A field of SeenForm. If it has `show_hidden_initial`, it knows what the person saw."""

    @property
    def seen(self) -> Any:
        """What the page showed, as it was sent back; None if the request does not say."""
        return self.field.hidden_widget().value_from_datadict(self.form.data, self.form.files, self.html_initial_name)

    @property
    def now(self) -> Any:
        """What the row has now."""
        return self.form.get_initial_for_field(self.field, self.name)

    def _has_changed(self) -> bool:
        # What was sent back as it was shown is unchanged, even if it is no longer valid: a category that was deleted.
        if self.field.show_hidden_initial and self.seen == self.data:
            return False
        return bool(super()._has_changed())  # type: ignore[misc]

    def is_stale(self) -> bool:
        """Whether the row no longer has what the page showed."""
        # The first comparison is of texts: a browser sends other line ends, and fields strip blanks.
        return _text(self.seen) != _text(self.field.prepare_value(self.now)) and self.field.has_changed(
            self.now, self.seen
        )

    def value(self) -> Any:
        """What was typed. If nothing was, what the row has now, which a colleague may have changed."""
        if self.form.is_bound and self.field.show_hidden_initial and self.name not in self.form.changed_data:
            return self.field.prepare_value(self.now)
        return super().value()

    def as_hidden(self, attrs: Any = None, *, only_initial: bool = False, **kwargs: Any) -> SafeString:
        """As what was shown, always send what the row has now: Django would repeat what the first page showed."""
        if not only_initial:
            return super().as_hidden(attrs, **kwargs)
        return self.field.hidden_widget().render(
            self.html_initial_name, self.field.prepare_value(self.now), {"id": self.html_initial_id}, self.renderer
        )


class SeenForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form of the back office that saves only what the person changed, over what the person saw."""

    bound_field_class = SeenBoundField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = self._meta.model._meta
        self.relations = {field.name for field in options.many_to_many} & self.fields.keys()
        written = {field.name for field in options.concrete_fields if not field.primary_key} | self.relations
        is_new = self.instance._state.adding
        self.compared = [
            name for name, field in self.fields.items() if name in written and not (is_new or field.disabled)
        ]
        for name in self.compared:
            self.fields[name].show_hidden_initial = True

    @classmethod
    def lock_rows(cls, forms: Sequence["SeenForm"]) -> Sequence[Model]:
        """Lock the rows of these forms until the transaction ends, and return those that still exist."""
        return lock_rows(cls._meta.model, [form.instance.pk for form in forms])

    @property
    def changed_columns(self) -> list[str]:
        """The columns to write: those of the model that the person changed."""
        columns = {field.name for field in self._meta.model._meta.concrete_fields}
        return [name for name in self.changed_data if name in columns]

    def _clean_form(self) -> None:
        if self.is_bound and not self.instance._state.adding and self.has_changed():
            self._lock_and_compare()
        super()._clean_form()  # type: ignore[misc]

    def _lock_and_compare(self) -> None:
        row = next((row for row in self.lock_rows([self]) if row.pk == self.instance.pk), None)
        if row is None:
            self.add_error(None, _DELETED)
        else:
            self.compare(row)

    def compare(self, row: Any) -> None:
        """Refuse what a colleague changed too, and take the rest as the locked row has it."""
        self.initial = {**self.initial, **model_to_dict(row, self.compared)}
        for name in self.compared:
            if self[name].is_stale():  # type: ignore[attr-defined]
                self._meet(self[name], row)

    def _meet(self, bound: Any, row: Model) -> None:
        """Refuse a stale field that the person changed to something else. Take any other one as the row has it."""
        if bound.name not in self.changed_data:
            self.errors.pop(bound.name, None)
            if bound.name not in self.relations:
                known = getattr(bound.field, "rows", {}).get(str(bound.now))  # of ReadOnceField: without a query
                self.cleaned_data[bound.name] = known or getattr(row, bound.name)
        elif bound.field.has_changed(bound.now, bound.data):
            self.add_error(bound.name, _told(bound, row))

    def _get_validation_exclusions(self) -> set[str]:
        """A rule may be newer than the row: what it has already keeps nobody from changing another column."""
        exclude: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return exclude if self.instance._state.adding else exclude | (self.fields.keys() - set(self.changed_data))

    def _save_m2m(self) -> None:
        unchanged = set() if self.instance._state.adding else self.relations - set(self.changed_data)
        self.cleaned_data = {name: value for name, value in self.cleaned_data.items() if name not in unchanged}
        super()._save_m2m()  # type: ignore[misc]


class SeenFormSet(PaginationInlineFormSet):  # type: ignore[misc]
    """Rows of SeenForm in the page of another one. Those that were changed are locked together, in id order."""

    def full_clean(self) -> None:
        if self.is_bound and (changed := [form for form in self.initial_forms if form.has_changed()]):
            self.form.lock_rows(changed)
        super().full_clean()

    def add_fields(self, form: Any, index: int | None) -> None:
        """Let the hidden field of a row's id find the row that its form has: Django asks for each row again."""
        super().add_fields(form, index)
        field = form.fields[self._pk_field.name]
        if form.instance.pk is not None and isinstance(field, forms.ModelChoiceField):
            find = field.to_python
            field.to_python = lambda value: form.instance if str(value) == str(form.instance.pk) else find(value)  # type: ignore[method-assign]


def _told(bound: Any, row: Model) -> str:
    """What to say about a field that both changed. At most 3 queries for the log, and 2 for names."""
    log = _last_in_log(row, bound.label)
    who = f" (last in the log: {log})" if log else ""
    if isinstance(bound.field, forms.ModelMultipleChoiceField):
        return f"{_difference(bound)}{who}. Your choice is kept here. Look, and save again."
    now, typed = (_shown(bound.field, value) for value in (bound.now, bound.data))
    if bound.seen is None:
        return f"The page does not say what it showed you. Now it is {now}; you wrote {typed}. Look, and save again."
    was = _shown(bound.field, bound.seen)
    return (
        f"While this page was open, it was changed from {was} to {now}{who}. You wrote {typed}. Look, and save again."
    )


def _difference(bound: Any) -> str:
    """What was added to a choice of several rows, and taken from it."""
    seen, now = ({str(key) for key in bound.field.prepare_value(value or [])} for value in (bound.seen, bound.now))
    changes = {"added": now - seen, "taken away": seen - now}
    said = [f"{what}: {_names(bound.field, keys)}" for what, keys in changes.items() if keys]
    return f"While this page was open, a colleague changed it ({'; '.join(said)})"


def _last_in_log(row: Model, label: str) -> str:
    """Who last changed this field by the back office, and when. Empty if the log does not say. At most 3 queries."""
    entry = last_entry(type(row), [row.pk], change_message__contains=_quoted(label))
    return f"{entry.user}, {date_and_time(entry.action_time)}" if entry else ""


def _quoted(label: str) -> str:
    """A field's label as it is in the JSON of a log entry."""
    return json.dumps(str(label))


def _shown(field: forms.Field, value: Any) -> str:
    """A value of a form as people read it."""
    if isinstance(field, forms.BooleanField):
        return "yes" if field.to_python(value) else "no"
    if isinstance(field, forms.ModelChoiceField):
        value = _names(field, {str(value)}) if value else ""
    return f"“{Truncator(value).chars(200)}”" if _text(value) else "nothing"


def _names(field: Any, keys: set[str]) -> str:
    """The names of rows that can be chosen, by their ids. A row that was deleted has none."""
    found = field.queryset.filter(pk__in=[key for key in keys if key.isdecimal()])
    return Truncator(", ".join(str(row) for row in found) or "deleted since").chars(200)


def _text(value: Any) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n")
