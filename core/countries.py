"""Countries by their code of ISO 3166: the choices of a form, the name of a code, the code of a name, the Union.

Rows from before codes were kept have a name in place of a code. It is shown as it is stored.
"""

from functools import lru_cache

from django.conf import settings
from django.utils.translation import get_language
from django_countries import countries

# The member states of the European Union.
UNION = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)

_OTHER_NAMES = {"uk": "GB", "great britain": "GB", "united states": "US"}


def country_choices() -> list[tuple[str, str]]:
    """Code and name of each country that the shop delivers to, by name. All where SHOP_COUNTRIES is empty."""
    return list(_choices(tuple(settings.SHOP_COUNTRIES), get_language()))


def all_countries() -> list[tuple[str, str]]:
    """Code and name of each country, by name."""
    return list(_choices((), get_language()))


@lru_cache(maxsize=64)  # to translate and sort them takes 3 ms
def _choices(allowed: tuple[str, ...], language: str | None) -> tuple[tuple[str, str], ...]:
    return tuple((code, str(name)) for code, name in countries if not allowed or code in allowed)


def country_name(stored: str) -> str:
    """The name of a code in the language of the page. Anything else is returned unchanged."""
    return countries.name(stored) or stored


def country_code(text: str) -> str:
    """Return the code of a code or a name (in the page's language or English), or "" if it is not recognised."""
    words = " ".join(text.split())
    if not words:
        return ""
    return (
        _OTHER_NAMES.get(words.lower())
        or countries.alpha2(words)
        or countries.by_name(words, language=get_language() or "en")
        or countries.by_name(words, language="en")
    )
