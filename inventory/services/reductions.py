"""Commands on price reductions: announce, move the end, end now, delete. See docs/price-reductions.md.

All of them lock the variants, so that what is decided by the prices and the other reductions of a variant stays true.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.errors import NothingChanged
from core.transactions import clock, command
from inventory.errors import ReductionNotLower, ReductionRefused, ReductionsOverlap
from inventory.locks import lock_variants
from inventory.models import Reduction
from inventory.price_now import lowest_before
from inventory.services.prices import NewPrice, lock_as_seen


@command
def announce_reductions(
    *,
    prices: Mapping[int, NewPrice],
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    compare_at: Decimal | None = None,
    actor: User | None = None,
) -> int:
    """Announce a reduction of each of these variants, by their ids. Returns how many. 10 queries.

    Arguments: the variant's own price as a person saw it, and the reduced one; when it begins (None: now) and ends
    (None: when somebody ends it). A reduction that runs at the beginning ends then: the new one follows it.
    Raises PricesChangedMeanwhile, ReductionRefused (dates, or the compare-at price), ReductionsOverlap (with a later
    one), ReductionNotLower, and ValidationError for a price that the model refuses. Nothing is changed then.
    """
    variants = lock_as_seen(prices)
    now = clock()
    begins = starts_at or now
    _check_dates(begins, ends_at, now=now)
    made = [
        Reduction(
            variant=variants[pk],
            price=price.new,
            compare_at=compare_at,
            starts_at=begins,
            ends_at=ends_at,
            actor=actor,
        )
        for pk, price in prices.items()
    ]
    for reduction in made:
        reduction.clean_fields(exclude={"actor", "created_at"})
        _check_compare_at(reduction)
    others = Reduction.objects.filter(variant__in=variants)
    others.filter(_not_over_at(begins), starts_at__lt=begins).update(ends_at=begins)
    _refuse_overlaps(others, begins, ends_at)
    Reduction.objects.bulk_create(made)
    _require_lower(variants, since=begins)
    return len(made)


@command
def move_end(*, reduction_id: int, ends_at: datetime | None) -> None:
    """Let a reduction that is not over end at another moment, None: when somebody ends it.

    Raises ReductionRefused, ReductionsOverlap, ReductionNotLower (a later one), NothingChanged (it is over, or gone).
    """
    rows, now = _lock([reduction_id]), clock()
    if not rows or rows[0].is_over_at(now):
        raise NothingChanged(_("This reduction is over, or deleted. Nothing was changed."))
    (reduction,) = rows
    if ends_at is not None and ends_at <= max(now, reduction.starts_at):
        raise ReductionRefused(_("It has to end later than now, and after it begins. There is a button to end it now."))
    others = Reduction.objects.filter(variant=reduction.variant_id, starts_at__gt=reduction.starts_at)
    _refuse_overlaps(others, reduction.starts_at, ends_at)
    reduction.ends_at = ends_at
    reduction.save(update_fields=["ends_at"])
    _require_lower([reduction.variant_id], since=now)


@command
def end_reductions(*, reduction_ids: Collection[int], actor: User) -> int:
    """End those of these reductions that run. Returns how many: only these get a log entry.

    Raises NothingChanged if none runs.
    """
    rows, now = _lock(reduction_ids), clock()
    running = [reduction for reduction in rows if reduction.starts_at < now and not reduction.is_over_at(now)]
    if not running:
        raise NothingChanged(_("None of them runs now. Nothing was changed."))
    Reduction.objects.filter(pk__in=[reduction.pk for reduction in running]).update(ends_at=now)
    LogEntry.objects.log_actions(actor.pk, running, CHANGE, "Ended")
    return len(running)


@command
def delete_reductions(*, reduction_ids: Collection[int], actor: User) -> int:
    """Delete those of these reductions that have not begun. Returns how many: only these get a log entry.

    Raises NothingChanged if all have begun, or are gone.
    """
    rows, now = _lock(reduction_ids), clock()
    scheduled = [reduction for reduction in rows if reduction.starts_at > now]
    if not scheduled:
        raise NothingChanged(_("All of them have begun, and what was in force stays on record. Nothing was changed."))
    LogEntry.objects.log_actions(actor.pk, scheduled, DELETION, "Deleted before it began")
    Reduction.objects.filter(pk__in=[reduction.pk for reduction in scheduled]).delete()
    return len(scheduled)


def _lock(reduction_ids: Collection[int]) -> list[Reduction]:
    """Lock the variants of these reductions, and return the reductions as they are then."""
    chosen = Reduction.objects.filter(pk__in=reduction_ids)
    lock_variants(chosen.values_list("variant_id", flat=True))
    return list(chosen.select_related("variant"))


def _not_over_at(moment: datetime) -> Q:
    return Q(ends_at__isnull=True) | Q(ends_at__gt=moment)


def _check_dates(begins: datetime, ends: datetime | None, *, now: datetime) -> None:
    if begins < now:
        raise ReductionRefused(_("It cannot begin in the past. Leave the beginning empty to begin now."))
    if ends is not None and ends <= begins:
        raise ReductionRefused(_("It has to end after it begins."))


def _check_compare_at(reduction: Reduction) -> None:
    if reduction.compare_at is not None and reduction.compare_at <= reduction.price:
        raise ReductionRefused(_("The compare-at price has to be above the reduced price."))


def _refuse_overlaps(others: QuerySet[Reduction], begins: datetime, ends: datetime | None) -> None:
    """Name the variants that have another reduction in this time. The constraint of the table would only refuse."""
    others = others.filter(_not_over_at(begins), **({} if ends is None else {"starts_at__lt": ends}))
    if skus := sorted(others.values_list("variant__sku", flat=True)):
        raise ReductionsOverlap(skus)


def _require_lower(variant_ids: Collection[int], *, since: datetime) -> None:
    """Check those that begin later too: a reduction before them may be the lowest price of their 30 days."""
    wrong = [row for row in lowest_before(variant_ids, since=since) if row.price >= row.lowest]
    if wrong:
        raise ReductionNotLower([(row.sku, row.price, row.lowest) for row in wrong])
