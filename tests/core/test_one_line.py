"""How names, numbers and addresses are stored, whoever types them, and what they may not have."""

import unicodedata
from itertools import chain

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from core.one_line import CodeField, OneLineField, OneLineFormField, code, one_line, shown

NAME, SKU = OneLineField(max_length=200), CodeField(max_length=20)
SPACES = [chr(point) for point in range(0x3001) if unicodedata.category(chr(point)) == "Zs"]
TURNS = [chr(point) for point in chain(range(0x202A, 0x202F), range(0x2066, 0x206A))]
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize("blank", [*SPACES, "\t"], ids=lambda blank: f"U+{ord(blank):04X}")
def test_a_blank_is_a_blank(blank: str) -> None:
    for read in (NAME.clean, lambda text, _: OneLineFormField().clean(text)):
        assert read(f"{blank}Salt{blank}& pepper{blank}", None) == "Salt & pepper"
    assert SKU.clean(f"{blank}AB{blank}12", None) == "AB 12"


FAMILY = "\U0001f469\u200d\U0001f467"  # a joiner makes one picture of two
NEW_PICTURE = "\U0001fadc"  # of Unicode 16, which not every Python knows
WRITTEN = [
    "Children's “No. 1”",
    "=1+1",
    "<b>",
    "क्\u200dष",
    FAMILY,
    "עברית\u200f!",
    "soft\u00adly",
    NEW_PICTURE,
    "\ue000",
]


@pytest.mark.parametrize("name", WRITTEN)
def test_what_people_write_is_a_name(name: str) -> None:
    assert NAME.clean(name, None) == name


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\v", "\f", "\x1d", "\x85", "\u2028", "\u2029"])
def test_a_name_is_one_line(end: str) -> None:
    for field in (NAME, SKU, OneLineFormField()):
        with pytest.raises(ValidationError, match="It has a line break"):
            field.clean(f"Red{end}teapot", None) if isinstance(field, models.Field) else field.clean(f"Red{end}teapot")


@pytest.mark.parametrize("unseen", [*TURNS, "\x01", "\x7f", "\x9f"], ids=lambda unseen: f"U+{ord(unseen):04X}")
def test_a_character_that_nobody_sees_is_refused_by_its_number(unseen: str) -> None:
    with pytest.raises(ValidationError, match=rf"nobody can see \(U\+{ord(unseen):04X}\)"):
        NAME.clean(f"Red{unseen}teapot", None)


@pytest.mark.parametrize("unseen", ["\u200b", "\u200d", "\u00ad", "\u200e", "\ufeff"])
def test_two_codes_that_look_equal_are_equal(unseen: str) -> None:
    with pytest.raises(ValidationError, match="nobody can see"):
        SKU.clean(f"AB{unseen}12", None)
    assert SKU.clean("e\u0301", None) == SKU.clean("É", None) == "\u00c9"


@pytest.mark.parametrize(
    ("typed", "stored"), [("abc-low", "ABC-LOW"), (" ab 12 ", "AB 12"), ("straße", "STRAßE"), ("ж/1.5", "Ж/1.5")]
)
def test_codes_are_in_capitals(typed: str, stored: str) -> None:
    assert SKU.clean(typed, None) == stored


def test_bounds_are_those_of_the_column() -> None:
    for field, longest in ((NAME, 200), (SKU, 20)):
        assert field.clean("x" * longest, None)
        with pytest.raises(ValidationError, match=f"at most {longest} characters"):
            field.clean("x" * (longest + 1), None)
        with pytest.raises(ValidationError, match="cannot be blank"):
            field.clean("\u00a0", None)


@given(TEXT)
def test_what_is_stored_is_written_like_that_again(text: str) -> None:
    for write in (one_line, code):
        assert write(write(text)) == write(text)


@given(TEXT)
def test_a_refused_text_is_shown_without_what_nobody_sees(text: str) -> None:
    assert not {unicodedata.category(letter) for letter in shown(text)} & {"Cc", "Zl", "Zp"}
    assert len(shown(text)) <= 63
