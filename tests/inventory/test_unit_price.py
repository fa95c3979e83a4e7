"""What a kilogram, a litre, a metre or a piece of goods costs, from their content and price."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import assume, given
from hypothesis import strategies as st

from inventory.unit_price import check_content, unit_price


@pytest.mark.parametrize(
    ("content", "price", "said"),
    [
        ("500 g", "4.00", "£8.00 per kg"),
        ("500g", "4.00", "£8.00 per kg"),
        ("0.75 l", "3.00", "£4.00 per l"),
        ("0,75 l", "3.00", "£4.00 per l"),
        ("75 cl", "3.00", "£4.00 per l"),
        ("330 ml", "1.00", "£3.03 per l"),
        ("2 m", "5.01", "£2.51 per m"),
        ("1.5 m2", "3.00", "£2.00 per m²"),
        ("6 pieces", "3.00", "£0.50 per piece"),
        ("2 kg", "0.00", "£0.00 per kg"),
        ("1 kg", "4.00", ""),
        ("1000 g", "4.00", ""),
        ("1 piece", "4.00", ""),
        ("", "4.00", ""),
    ],
)
def test_it_is_that_of_one_unit(content: str, price: str, said: str) -> None:
    assert unit_price(content, Decimal(price)) == said


@pytest.mark.parametrize(
    "content", ["500", "g", "0 g", "-5 g", "5 stone", "5  g", "5 g ", "1.2345 kg", "1234567 g", "½ l"]
)
def test_what_is_no_content(content: str) -> None:
    with pytest.raises(ValidationError, match="such as 500 g"):
        check_content(content)
    assert unit_price(content, Decimal(1)) == ""


THOUSANDTHS = {"g": 1, "kg": 1000, "ml": 1, "cl": 10, "l": 1000}


@given(st.integers(1, 999_999), st.sampled_from(sorted(THOUSANDTHS)), st.integers(0, 10_000_000))
def test_it_is_the_price_times_what_goes_into_one(amount: int, unit: str, pence: int) -> None:
    grams = amount * THOUSANDTHS[unit]
    assume(grams != 1000)
    expected = (Decimal(pence * 1000) / grams).quantize(Decimal(1), ROUND_HALF_UP)
    said = unit_price(f"{amount} {unit}", Decimal(pence) / 100)
    assert Decimal(said.split(" ")[0].replace("£", "").replace(",", "")) * 100 == expected
