"""Facts about goods, one in a line, as staff type them."""

import pytest
from django.core.exceptions import ValidationError

from inventory.facts import check_facts, read_facts


def test_each_line_is_a_name_and_a_value() -> None:
    text = "Material: Stoneware\r\n\r\n  Size :  8 by 9 cm: about \n"
    check_facts(text)
    assert read_facts(text) == [("Material", "Stoneware"), ("Size", "8 by 9 cm: about")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Size: 1\nof stoneware", "“of stoneware” has no name and value"),
        (": 8 cm", "“: 8 cm” has no name and value"),
        ("Size:", "“Size:” has no name and value"),
        (f"{'x' * 61}: 1", "a name has at most 60 characters"),
        (f"Size: {'x' * 301}", "and a value 300"),
        ("A: 1\n" * 31, "At most 30 facts"),
    ],
)
def test_what_is_no_fact_is_named(text: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        check_facts(text)
