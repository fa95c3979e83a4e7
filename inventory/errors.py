"""The errors of this app: one type for each reason, since pages and clients tell them apart."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import NothingChanged
from core.text import money


class VariantUnavailable(Exception):
    """No such variant, or it is no longer sold. Pages answer 404."""


class Shortage(StrEnum):
    """Why a shopper cannot have that many units now. Pages, style sheets and clients know these codes."""

    ONLY_N_LEFT = "only_n_left"
    ALL_IN_CARTS = "all_in_carts"
    SOLD_OUT = "sold_out"

    @classmethod
    def of(cls, available: int, first_hold_ends: datetime | None) -> "Shortage":
        """Return the code for these facts: free units, and when the first hold of another cart ends (None: no hold)."""
        if available > 0:
            return cls.ONLY_N_LEFT
        return cls.ALL_IN_CARTS if first_hold_ends else cls.SOLD_OUT


class InsufficientStock(ValidationError):
    """Fewer units are free than were requested; nothing was changed.

    Arguments: the variant; `available` and `requested` in units; `first_hold_ends`, when the first hold of another cart
    ends unless it is bought or extended (None if no other cart holds any).
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
    """A movement without units or reason, or with more units than the column holds; nothing was changed."""


class StockChangedMeanwhile(ValidationError):
    """The stock was moved after the page was loaded; nothing was changed.

    Arguments, in units on hand: `seen` on the page, and `now`.
    """

    def __init__(self, *, seen: int, now: int) -> None:
        self.seen = seen
        self.now = now
        message = _(
            "You saw %(seen)d on hand; meanwhile stock was moved, and now there are %(now)d. Nothing was moved by this "
            "form. See below what happened, and send it again only if it is still right."
        ) % {"seen": seen, "now": now}
        super().__init__(message, code="stock_changed_meanwhile")


class NumberTaken(ValidationError):
    """Another product or variant has this number, SKU or slug; nothing was changed."""

    def __init__(self) -> None:
        message = _("Another product or variant has this number, SKU or slug already: choose another one.")
        super().__init__(message, code="number_taken")


class PricesChangedMeanwhile(ValidationError):
    """Some variants no longer have the price that was seen; nothing was changed. Argument: their SKUs."""

    def __init__(self, skus: list[str]) -> None:
        self.skus = skus
        message = _("Meanwhile the price of %(skus)s was changed. Nothing was written: look at the new preview.")
        super().__init__(message % {"skus": ", ".join(skus[:10]) or _("a variant")}, code="prices_changed_meanwhile")


class ReductionRefused(ValidationError):
    """A reduction cannot have these dates or this compare-at price; nothing was changed. Argument: why."""

    def __init__(self, why: str) -> None:
        super().__init__(why, code="reduction_refused")


class ReductionNotLower(ValidationError):
    """Reductions would not be below the lowest price of the 30 days before they begin; nothing was changed.

    Argument: SKU, reduced price and that lowest price of each.
    """

    def __init__(self, reductions: Sequence[tuple[str, Decimal, Decimal]]) -> None:
        text = _("%(sku)s: %(price)s is not below %(lowest)s, its lowest price in the 30 days before.")
        told = [text % {"sku": sku, "price": money(at), "lowest": money(lowest)} for sku, at, lowest in reductions[:10]]
        message = _("That is no reduction. Nothing was written. %(told)s") % {"told": " ".join(told)}
        super().__init__(message, code="reduction_not_lower")


class ReductionsOverlap(ValidationError):
    """Variants have another reduction at that time; nothing was changed. Argument: their SKUs."""

    def __init__(self, skus: Sequence[str]) -> None:
        message = _("At that time there is another reduction of %(skus)s. Nothing was written: change its dates first.")
        super().__init__(message % {"skus": ", ".join(skus[:10])}, code="reductions_overlap")


class CategoriesChangedMeanwhile(ValidationError):
    """Some products are gone or no longer in the category that was seen; nothing was changed. Argument: their names."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        message = _("Meanwhile the category of %(names)s was changed. Nothing was written: look at the new preview.")
        super().__init__(message % {"names": _some_of(names)}, code="categories_changed_meanwhile")


class CategoryGone(ValidationError):
    """The category was deleted meanwhile; nothing was changed."""

    def __init__(self) -> None:
        message = _("This category was deleted meanwhile. Nothing was written: choose another one.")
        super().__init__(message, code="category_gone")


class ProducersChangedMeanwhile(ValidationError):
    """Some products are gone or have another producer than was seen; nothing was changed. Argument: their names."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        message = _("Meanwhile the producer of %(names)s was changed. Nothing was written: look at the new preview.")
        super().__init__(message % {"names": _some_of(names)}, code="producers_changed_meanwhile")


class ProducerGone(ValidationError):
    """The producer was deleted meanwhile; nothing was changed."""

    def __init__(self) -> None:
        message = _("This producer was deleted meanwhile. Nothing was written: choose another one.")
        super().__init__(message, code="producer_gone")


class ProducerInUse(ValidationError):
    """The producer cannot be deleted, since goods have it. Argument: how many products."""

    def __init__(self, products: int) -> None:
        message = ngettext(
            "%(count)d product has this producer, so it cannot be deleted. Give it another one first: the list of "
            "products can be filtered by producer.",
            "%(count)d products have this producer, so it cannot be deleted. Give them another one first: the list of "
            "products can be filtered by producer.",
            products,
        )
        super().__init__(message % {"count": products}, code="producer_in_use")


def _some_of(names: list[str]) -> str:
    return ", ".join(names[:10]) or _("a product")


class ProductHasVariants(ValidationError):
    """The product cannot be deleted, since its variants have a history. Argument: how many variants it has."""

    def __init__(self, variants: int) -> None:
        message = ngettext(
            "It has %(count)d variant, whose stock and sales stay on record, so it cannot be deleted. To take it off "
            "sale, untick “is listed”, or “is active” of the variant.",
            "It has %(count)d variants, whose stock and sales stay on record, so it cannot be deleted. To take it off "
            "sale, untick “is listed”, or “is active” of a variant.",
            variants,
        ) % {"count": variants}
        super().__init__(message, code="product_has_variants")


class DefaultTaxClass(ValidationError):
    """The default tax class can be neither deleted nor made an ordinary one; nothing was changed."""

    def __init__(self) -> None:
        message = _(
            "This is the default class, of all goods without a tax class. Make another class the default one first."
        )
        super().__init__(message, code="default_tax_class")


class TaxClassInUse(ValidationError):
    """The tax class cannot be deleted, since goods have it. Argument: how many variants."""

    def __init__(self, variants: int) -> None:
        message = ngettext(
            "%(count)d variant has this tax class, so it cannot be deleted. Give it another one first: the list of "
            "variants can be filtered by tax class.",
            "%(count)d variants have this tax class, so it cannot be deleted. Give them another one first: the list of "
            "variants can be filtered by tax class.",
            variants,
        ) % {"count": variants}
        super().__init__(message, code="tax_class_in_use")


class NothingToAcknowledge(NothingChanged):
    """None of the alerts is open and not acknowledged; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            _("They are closed, or somebody has acknowledged them already."), code="nothing_to_acknowledge"
        )


class NothingMuted(NothingChanged):
    """None of the variants is muted; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(_("None of them is muted (any more)."), code="nothing_muted")


class MovesRefused(Exception):
    """Some movements of a bulk cannot be made, so none was. Argument: the ids of the variants of these movements."""

    def __init__(self, variant_ids: list[int]) -> None:
        self.variant_ids = variant_ids
        super().__init__(f"{len(variant_ids)} of the movements cannot be made; nothing was changed.")


class ImportFileError(ValidationError):
    """The whole file cannot be used. The message says what to do next."""


class ImportNotWaiting(ValidationError):
    """The decision came too late, twice, or about an older preview; it changed nothing."""


class ChangedMeanwhile(Exception):
    """The plan no longer fits the stored data; nothing was changed, and the caller plans again."""


class CatalogueFileError(ValueError):
    """The file cannot be used. The message says what is wrong with it and what to do next."""


class CatalogueLoadError(Exception):
    """The database refused the catalogue; nothing was changed. The message says why and what to do next."""
