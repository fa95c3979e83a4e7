"""`counted`, numbers in sentences of the admin and of commands, which are in English; `money`, amounts by Babel;
`date_and_time`, moments.

JSON and other output for machines has a plain number and the code of the currency instead.
"""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol
from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import get_language, to_locale


def counted(number: int, one: str, many: str) -> str:
    """The number with the right words: "1 unit", "1,200 units"."""
    return f"{number:,} {one if number == 1 else many}"


def date_and_time(moment: datetime) -> str:
    """An aware moment in the time zone of the shop, as templates show it by `date:"DATETIME_FORMAT"`."""
    return formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def money(amount: Decimal) -> str:
    """An amount in the shop's currency, in the language of the page: £1,234.50, or 1.234,50 €."""
    language = get_language() or settings.LANGUAGE_CODE
    return _written(amount, language, settings.SHOP_CURRENCY, settings.SHOP_CURRENCY_SYMBOL)


@lru_cache(maxsize=4096)  # Babel takes 16 µs for each, and a list has sixty; amounts that are equal read the same
def _written(amount: Decimal, language: str, currency: str, symbol: str) -> str:
    """An amount with Babel's symbol, or with one of the shop's own."""
    locale = _locale(language)
    # What is finer than the currency's smallest coin is shown as it is, never as another amount.
    is_whole = amount == round(amount, get_currency_precision(currency))
    text = format_currency(amount, currency, locale=locale, currency_digits=is_whole)
    return text.replace(get_currency_symbol(currency, locale), symbol) if symbol else text


def _locale(language: str) -> Locale:
    """Babel's name of one of Django's languages; English where Babel does not know it."""
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale("en")
