"""The fields of an address in the forms of checkout and account: countries, postcodes, and hints for browsers."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.countries import country_choices, country_code
from core.postcodes import postcode_example

# https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill
_AUTOCOMPLETE = {
    "name": "name",
    "street": "address-line1",
    "street_2": "address-line2",
    "city": "address-level2",
    "postcode": "postal-code",
    "country": "country",
}
_TYPED_SO = {
    "name": {"autocapitalize": "words"},
    "city": {"autocapitalize": "words"},
    "postcode": {"autocapitalize": "characters", "spellcheck": "false"},
}

_DIGITS_OF_A_PHONE = 5


def hints(column: str, *, of: str = "") -> dict[str, str]:
    """Return the attributes that help a browser to fill in a column of an address; `of` is "billing", say."""
    return {"autocomplete": f"{of} {_AUTOCOMPLETE[column]}".strip(), **_TYPED_SO.get(column, {})}


class LongSelect(forms.Select):
    """A select of many options, written in one pass. Django renders a template for each: 10 ms for all countries."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((code, mark_safe(" selected") if code == value else "", text) for code, text in self.choices),
        )
        own = flatatt(self.build_attrs(self.attrs, attrs) | {"name": name})
        return format_html("<select{}>{}</select>", own, options)


class CountryField(forms.ChoiceField):
    """A country of the list. A name, typed or stored before codes were used, counts as its code."""

    def to_python(self, value: Any) -> str:
        return self.prepare_value(super().to_python(value))

    def prepare_value(self, value: Any) -> str:
        return country_code(value or "") or value or ""


def delivery_countries() -> list[tuple[str, str]]:
    """The choices of countries that the shop delivers to, with an empty one unless there is only one."""
    choices = country_choices()
    return choices if len(choices) == 1 else [("", _("Please choose")), *choices]


def check_phone(phone: str) -> str:
    """Return a phone number that has at least five digits, or none at all. Raises ValidationError."""
    if phone and sum(letter.isdigit() for letter in phone) < _DIGITS_OF_A_PHONE:
        raise ValidationError(_("Please give a whole number, such as +44 20 7946 0000."))
    return phone


def check_postcode(form: forms.BaseForm, prefix: str = "") -> None:
    """Add an error to a form that was cleaned, if the country of its address has no such postcode."""
    data = form.cleaned_data
    if not data.get(f"{prefix}country") or f"{prefix}postcode" not in data:
        return
    typed = data[f"{prefix}postcode"]
    if example := postcode_example(typed, data[f"{prefix}country"]):
        text = _("Please check the postcode.") if typed else _("Please give a postcode.")
        form.add_error(f"{prefix}postcode", text + " " + _("In this country it looks like %s.") % example)
