"""How money, moments and goods read, on pages and in messages alike."""

from datetime import datetime

from django.utils import formats, timezone

from inventory.models import ProductVariant
from inventory.wording import full_name as full_name
from inventory.wording import money as money


def clock_time(moment: datetime) -> str:
    """The time of day in the shop's time zone, with the day where that is not today: 14:35, or 3 May 09:00."""
    local = timezone.localtime(moment)
    pattern = "H:i" if local.date() == timezone.localdate() else "j F H:i"
    return formats.date_format(local, pattern)


def counted(units: int, variant: ProductVariant) -> str:
    """So many of a variant: 2 × Paper Parasol (Pink)."""  # noqa: RUF002
    return f"{units} × {full_name(variant)}"  # noqa: RUF001
