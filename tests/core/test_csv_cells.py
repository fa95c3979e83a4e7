"""Cells that go out to a spreadsheet and come back: no text is lost, and none is a formula, whoever splits the line."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.csv_cells import MARK, csv_lines, defused, plain

ALL_OF_UNICODE = st.text(st.characters(exclude_categories=["Cs"]))
# What matters to a reader of CSV or to `plain`, dense enough to meet in every order.
SIGNS = "=+-@＝＋－＠'\",;\t\r\n3x "  # noqa: RUF001
DENSE = st.text(st.sampled_from(SIGNS), max_size=12)
ANY = ALL_OF_UNICODE | DENSE
SIGN = tuple("=+-@＝＋－＠")  # noqa: RUF001
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "＠a"])  # noqa: RUF001
def test_formulas_are_text(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("x;=1+1", "x;'=1+1"),
        ('x";=1+1', "x\";'=1+1"),
        ('x;"=1+1"', 'x;"\'=1+1"'),
        ('"=1+1"', '"\'=1+1"'),
        ("a\n-b,@c", "a\n'-b,'@c"),
        ("'-' tile", "''-' tile"),
        ("'=1", "''=1"),
    ],
)
def test_formulas_inside_a_text_are_text_too(text: str, cell: str) -> None:
    assert defused(text) == cell


@pytest.mark.parametrize("text", ["-3", "+2.5", "1e5", "plain", "", "a=b", "O'Hara", "'quoted'", "a; b, - c", "'"])
def test_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert defused(text) == text


@given(ANY)
@example("'-3")
@example("''=")
@example("\t=")
@example(";\n\"'-")
def test_plain_is_the_inverse_of_defused(text: str) -> None:
    assert plain(defused(text)) == text


@given(st.lists(st.lists(ANY, min_size=2, max_size=3), min_size=1, max_size=3))
@example([["-3", "5+cmd|' /C calc'!A0"]])
@example([["x", ';"=1+1";']])
def test_a_file_has_all_of_its_texts_and_no_formula_for_any_reader(rows: list[list[str]]) -> None:
    text = "".join(csv_lines(["a", "b"], rows))
    assert text.startswith(MARK)
    read = list(csv.reader(StringIO(text.removeprefix(MARK), newline="")))
    assert [[plain(cell) for cell in row] for row in read[1:]] == rows
    for cell in cells_of_any_reader(text.removeprefix(MARK)):
        seen = cell.strip('"\t\r\n')  # what a program may skip before it looks for a sign
        assert not seen.startswith(SIGN) or NUMBER.fullmatch(seen), cell


def cells_of_any_reader(text: str) -> Iterator[str]:
    """The cells for whoever splits at commas, semicolons, both or nothing, and heeds quotes or ignores them."""
    for separator in ",;":
        for line in csv.reader(StringIO(text, newline=""), delimiter=separator):
            yield from line
    for separators in ("[,\r\n]", "[;\r\n]", "[,;\r\n]", "[\r\n]", "[,;\t\r\n]"):
        yield from re.split(separators, text)
