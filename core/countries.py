"""Countries by their code of ISO 3166: the choices of a form, the name of a code, and the code of what was typed.

A row may have a name instead, from before codes were kept: it is shown as it stands.
"""

from functools import lru_cache

from django.conf import settings
from django.utils.translation import get_language
from django_countries import countries

_OTHER_NAMES = {"uk": "GB", "great britain": "GB", "united states": "US"}


def country_choices() -> list[tuple[str, str]]:
    """Code and name of each country that the shop delivers to, by name: of all where SHOP_COUNTRIES is empty."""
    return list(_choices(tuple(settings.SHOP_COUNTRIES), get_language()))


@lru_cache(maxsize=64)  # to translate and sort them takes 3 ms
def _choices(allowed: tuple[str, ...], language: str | None) -> tuple[tuple[str, str], ...]:
    return tuple((code, str(name)) for code, name in countries if not allowed or code in allowed)


def country_name(stored: str) -> str:
    """The name of a code, in the language of the page; what is no code stays."""
    return countries.name(stored) or stored


def country_code(text: str) -> str:
    """The code of a code or of a name, in the language of the page or in English; empty where nothing is recognised."""
    words = " ".join(text.split())
    if not words:
        return ""
    return (
        _OTHER_NAMES.get(words.lower())
        or countries.alpha2(words)
        or countries.by_name(words, language=get_language() or "en")
        or countries.by_name(words, language="en")
    )
