"""What can go wrong with stock, as types that callers can tell apart."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class VariantUnavailable(Exception):
    """No such variant, or it is no longer sold. Pages answer 404."""


class InsufficientStock(ValidationError):
    """Fewer units are free than were asked for; nothing was changed.

    Arguments: the variant; `available` and `requested` in units; `first_hold_ends`, when the first unit held by another
    cart comes free unless it is bought or kept (None where no other cart holds any).
    """

    def __init__(
        self, *, variant_id: int, available: int, requested: int, first_hold_ends: datetime | None = None
    ) -> None:
        self.variant_id = variant_id
        self.available = available
        self.requested = requested
        self.first_hold_ends = first_hold_ends
        message = ngettext(
            "Only %(count)d unit available in stock.", "Only %(count)d units available in stock.", available
        ) % {"count": available}
        super().__init__(message, code=self._code())

    def _code(self) -> str:
        if self.available > 0:
            return "only_n_left"
        return "all_in_carts" if self.first_hold_ends else "sold_out"


class StockWouldBeNegative(ValidationError):
    """A movement would take more units than are free; nothing was changed."""

    def __init__(self, *, free: int, delta: int) -> None:
        self.free = free
        self.delta = delta
        message = _("%(free)d units are free; taking %(units)d would leave fewer than none.") % {
            "free": free,
            "units": -delta,
        }
        super().__init__(message, code="stock_would_be_negative")


class MovesRefused(Exception):
    """Some of many movements cannot be made, or are no longer right; none was. Argument: the ids of their variants."""

    def __init__(self, variant_ids: list[int]) -> None:
        self.variant_ids = variant_ids
        super().__init__(f"{len(variant_ids)} of the movements cannot be made; nothing was changed.")
