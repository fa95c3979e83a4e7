"""`read_facts` and `check_facts`: facts about goods as staff type them, one in a line, "Material: Stoneware".

They are free text for people, and never computed with.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_MOST, _LONGEST_NAME, _LONGEST_VALUE = 30, 60, 300


def read_facts(text: str) -> list[tuple[str, str]]:
    """Return the name and the value of each line that has both. Other lines are left out."""
    pairs = ((name.strip(), value.strip()) for name, _colon, value in (line.partition(":") for line in _lines(text)))
    return [(name, value) for name, value in pairs if name and value]


def check_facts(text: str) -> None:
    """Raise ValidationError, which names the line, unless each line is a name, a colon and a value."""
    lines = _lines(text)
    if len(lines) > _MOST:
        raise ValidationError(_("At most %(most)d facts, please.") % {"most": _MOST}, code="too_many_facts")
    for line in lines:
        if not (pairs := read_facts(line)):
            message = _("“%(line)s” has no name and value. Write a line such as “Material: Stoneware”.")
            raise ValidationError(message % {"line": line[:_LONGEST_NAME]}, code="no_fact")
        ((name, value),) = pairs
        if len(name) > _LONGEST_NAME or len(value) > _LONGEST_VALUE:
            limits = {"name": name[:_LONGEST_NAME], "most": _LONGEST_NAME, "value": _LONGEST_VALUE}
            message = _("“%(name)s”: a name has at most %(most)d characters, and a value %(value)d.")
            raise ValidationError(message % limits, code="long_fact")


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
