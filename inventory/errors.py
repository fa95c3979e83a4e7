"""What can go wrong with stock, as types that callers can tell apart."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class VariantUnavailable(Exception):
    """No such variant, or it is no longer sold. Pages answer 404."""


class Shortage(StrEnum):
    """Why a shopper cannot have so many units now. Pages, style sheets and clients know these codes."""

    ONLY_N_LEFT = "only_n_left"
    ALL_IN_CARTS = "all_in_carts"
    SOLD_OUT = "sold_out"

    @classmethod
    def of(cls, available: int, first_hold_ends: datetime | None) -> "Shortage":
        """The one that these facts mean: units that are free, and the end of the first hold of other carts."""
        if available > 0:
            return cls.ONLY_N_LEFT
        return cls.ALL_IN_CARTS if first_hold_ends else cls.SOLD_OUT


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
        super().__init__(message, code=Shortage.of(available, first_hold_ends))


class StockWouldBeNegative(ValidationError):
    """A movement would take more units than are free; nothing was changed."""

    def __init__(self, *, free: int, delta: int) -> None:
        self.free = free
        self.delta = delta
        message = ngettext(
            "%(free)d unit is free; taking %(units)d would leave fewer than none.",
            "%(free)d units are free; taking %(units)d would leave fewer than none.",
            free,
        ) % {"free": free, "units": -delta}
        super().__init__(message, code="stock_would_be_negative")


class InvalidMovement(ValidationError):
    """A movement that says nothing: no reason, no units, or more than a shelf can hold; nothing was changed."""


class StockChangedMeanwhile(ValidationError):
    """The stock was moved since a person looked at it; nothing was changed.

    Arguments, in units on hand: what the person saw, and what is there `now`.
    """

    def __init__(self, *, seen: int, now: int) -> None:
        self.seen = seen
        self.now = now
        message = _(
            "You saw %(seen)d on hand; meanwhile stock was moved, and now there are %(now)d. Nothing was moved by this "
            "form. See below what happened, and send it again only if it is still right."
        ) % {"seen": seen, "now": now}
        super().__init__(message, code="stock_changed_meanwhile")


class PriceChangedMeanwhile(ValidationError):
    """A colleague or a file set another price since a person looked at it; nothing was changed."""

    def __init__(self, *, seen: Decimal, now: Decimal) -> None:
        message = _(
            "You saw the price %(seen)s; meanwhile it was set to %(now)s. Nothing was changed. "
            "Open the page again, and set the price if yours is still right."
        ) % {"seen": seen, "now": now}
        super().__init__(message, code="price_changed_meanwhile")


class NumberTaken(ValidationError):
    """Another product or variant has this number, sku or part of the address; nothing was changed."""

    def __init__(self) -> None:
        message = _("Another product or variant has this number, SKU or slug already: choose another one.")
        super().__init__(message, code="number_taken")


class ProductHasVariants(ValidationError):
    """The product cannot be deleted: its variants have a history. Argument: how many it has."""

    def __init__(self, variants: int) -> None:
        message = ngettext(
            "It has %(count)d variant, whose stock and sales stay on record, so it cannot be deleted. To take it off "
            "sale, untick “is listed”, or “is active” of the variant.",
            "It has %(count)d variants, whose stock and sales stay on record, so it cannot be deleted. To take it off "
            "sale, untick “is listed”, or “is active” of a variant.",
            variants,
        ) % {"count": variants}
        super().__init__(message, code="product_has_variants")


class NothingToAcknowledge(ValidationError):
    """None of the alerts is open and not seen yet; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            _("They are closed, or somebody has acknowledged them already."), code="nothing_to_acknowledge"
        )


class NothingMuted(ValidationError):
    """None of the variants is muted; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(_("None of them is muted (any more)."), code="nothing_muted")


class MovesRefused(Exception):
    """Some of many movements cannot be made, or are no longer right; none was. Argument: the ids of their variants."""

    def __init__(self, variant_ids: list[int]) -> None:
        self.variant_ids = variant_ids
        super().__init__(f"{len(variant_ids)} of the movements cannot be made; nothing was changed.")


class ImportFileError(ValidationError):
    """The file as a whole cannot be used; the message says what to do next."""


class ImportNotWaiting(ValidationError):
    """The decision came too late, twice, or about a preview that has been redone; it changed nothing."""


class ChangedMeanwhile(Exception):
    """What was planned no longer holds. Nothing was changed; the caller looks again. Argument: the skus, if known."""

    def __init__(self, skus: Sequence[str] = ()) -> None:
        super().__init__(", ".join(skus))
        self.skus = list(skus)


class CatalogueFileError(ValueError):
    """The file cannot be used. The message says what is wrong with it and what to do next."""


class CatalogueLoadError(Exception):
    """The database refused the catalogue; nothing was changed. The message says why and what to do next."""
