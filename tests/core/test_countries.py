"""Countries: codes where they are stored, names where they are shown, and whatever older rows have."""

import pytest
from django.utils import translation
from pytest_django import Settings

from core.countries import country_choices, country_code, country_name


@pytest.mark.parametrize(
    ("stored", "shown"), [("GB", "United Kingdom"), ("FR", "France"), ("Atlantis", "Atlantis"), ("UK", "UK"), ("", "")]
)
def test_a_code_has_a_name_and_all_else_stays(stored: str, shown: str) -> None:
    assert country_name(stored) == shown


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        *[(same, "GB") for same in ("GB", "gb", "GBR", "UK", "United Kingdom", " UNITED  KINGDOM ", "Great Britain")],
        *[("United States", "US"), ("USA", "US"), ("England", ""), ("Atlantis", ""), ("", ""), ("\0", "")],
    ],
)
def test_what_people_type_is_recognised_or_not(typed: str, code: str) -> None:
    assert country_code(typed) == code


def test_names_are_in_the_language_of_the_page() -> None:
    with translation.override("de"):
        assert country_name("DE") == "Deutschland"
        assert country_code("Deutschland") == country_code("Germany") == "DE"


def test_a_shop_delivers_to_all_countries_or_to_its_own(settings: Settings) -> None:
    assert len(country_choices()) > 240
    settings.SHOP_COUNTRIES = ["GB", "FR"]
    assert country_choices() == [("FR", "France"), ("GB", "United Kingdom")]
