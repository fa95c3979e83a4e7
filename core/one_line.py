"""Text of one line: names, numbers, reasons, addresses. How it is stored, and what it may not have.

`OneLineField` and `CodeField` are columns of models, `OneLineFormField` is for forms without a model, and
`TextFormField` for a text of several such lines. The cells of a file are cleaned by the columns that they are for
(`field.clean`), so that forms, files and code have one rule. It is wide, and refuses only what nobody types on purpose.
What was stored before there was a rule stays until it is changed.
"""

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

# Spaces of all widths, also those that do not break (Unicode's category Zs), and the tab.
_BLANKS = dict.fromkeys(map(ord, "\t\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))), " ")
_LINE_ENDS = re.compile("[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
# Control characters, halves of surrogate pairs, and the explicit controls of direction, with which a text can be shown
# as another one (Unicode Standard Annex 9). Joiners and marks of direction are part of how people write.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST_SHOWN = 60


def one_line(text: str) -> str:
    """Return the text as it is stored: blanks of any kind as a blank, none around it, letters composed (NFC)."""
    return unicodedata.normalize("NFC", text.translate(_BLANKS)).strip()


def code(text: str) -> str:
    """Return a SKU or number as it is stored: as `one_line`, in capitals.

    A letter without a single capital (ß) stays as it is, as in PostgreSQL's `upper()`.
    """
    line = one_line(text)
    if line.isascii():
        return line.upper()
    capitals = (letter.upper() if len(letter.upper()) == 1 else letter for letter in line)
    return unicodedata.normalize("NFC", "".join(capitals))


def refuse_unseen(text: str) -> None:
    """Raise ValidationError, with what to do, for a line end or a character that nobody can see."""
    if _LINE_ENDS.search(text):
        raise ValidationError(_("It has a line break. Write it in one line."), code="line_break")
    if found := _UNSEEN.search(text):
        raise _unseen(found[0])


def refuse_unseen_in_code(text: str) -> None:
    """As `refuse_unseen`, and refuse any character of format, so that two codes that look equal are equal."""
    refuse_unseen(text)
    if found := next((letter for letter in text if unicodedata.category(letter) == "Cf"), ""):
        raise _unseen(found)


def _unseen(letter: str) -> ValidationError:
    said = _("It has a character that nobody can see (U+%(code)04X). Type it instead of pasting it.")
    return ValidationError(said % {"code": ord(letter)}, code="unseen")


def shown(text: str) -> str:
    """Return the beginning of a refused text in quotes, for a message: at most 60 characters, all of them visible."""
    visible = "".join("\ufffd" if _UNSEEN.match(letter) else letter for letter in text.translate(_BLANKS))
    return f"“{visible[:_LONGEST_SHOWN]}…”" if len(visible) > _LONGEST_SHOWN else f"“{visible}”"


if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField


class OneLineField(_CharField):
    """A column of one line. `clean`, and so `full_clean` and every form of the model, stores what `one_line` returns.

    Lookups and `save` take the value as it is: a row of before this rule is found by what it has.
    """

    default_validators = [refuse_unseen]
    as_stored = staticmethod(one_line)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        return super().clean(self.as_stored(value) if isinstance(value, str) else value, model_instance)

    def deconstruct(self) -> Any:
        """In migrations it is the CharField that it is in the database."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class CodeField(OneLineField):
    """A column with a SKU or number, stored as `code` returns it."""

    default_validators = [refuse_unseen_in_code]
    as_stored = staticmethod(code)


class OneLineFormField(forms.CharField):
    """A field of a form without a model, for one line."""

    default_validators = [refuse_unseen]

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")


class TextFormField(forms.CharField):
    """A field of a form for a text of several lines, each stored as `one_line` returns it."""

    def to_python(self, value: Any) -> str:
        lines = (super().to_python(value) or "").splitlines()
        return "\n".join(one_line(line) for line in lines).strip()

    def validate(self, value: str) -> None:
        super().validate(value)
        for line in value.split("\n"):
            refuse_unseen(line)
