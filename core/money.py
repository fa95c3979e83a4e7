"""How an amount of money reads, on pages, in orders and in e-mails alike."""

from decimal import Decimal

from django.conf import settings
from django.utils import formats


def money(amount: Decimal) -> str:
    """An amount in the shop's currency, grouped as the language does: £1,234.50."""
    number = formats.number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"{settings.SHOP_CURRENCY_SYMBOL}{number}"
