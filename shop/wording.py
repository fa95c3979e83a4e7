"""How money, moments and goods read, on pages and in messages alike."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils import formats, timezone

from inventory.models import ProductVariant
from inventory.wording import full_name as full_name


def money(amount: Decimal) -> str:
    """An amount in the shop's currency, grouped as the language does: £1,234.50."""
    number = formats.number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"{settings.SHOP_CURRENCY_SYMBOL}{number}"


def clock_time(moment: datetime) -> str:
    """The time of day in the shop's time zone, with the day where that is not today: 14:35, or 3 May 09:00."""
    local = timezone.localtime(moment)
    pattern = "H:i" if local.date() == timezone.localdate() else "j F H:i"
    return formats.date_format(local, pattern)


def counted(units: int, variant: ProductVariant) -> str:
    """So many of a variant: 2 × Paper Parasol (Pink)."""  # noqa: RUF002
    return f"{units} × {full_name(variant)}"  # noqa: RUF001
