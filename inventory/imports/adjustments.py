"""`plan_adjustments` reads a file of stock adjustments and compares it with the current stock."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from core.numbers import UnreadableNumber, read_units
from core.one_line import code, one_line, refuse_unseen
from inventory.codes import rows_by_code
from inventory.errors import ImportFileError
from inventory.imports.files import Row, header_of, require_columns, rows_of
from inventory.imports.plan import Difference, Plan
from inventory.models import ProductVariant, StockMovement
from inventory.services.bulk import Move

COLUMNS = ("sku", "name", "delta", "counted", "expected", "reason", "kind")
MOST_UNITS = 2_147_483_647  # what PostgreSQL's integer holds
_LONGEST_REASON = 200
# By the column that has the units; the first is that of a row which names none.
_KINDS = {
    "delta": (StockMovement.Kind.ADJUSTMENT, StockMovement.Kind.RECEIPT),
    "counted": (StockMovement.Kind.COUNT,),
}


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A readable row, in units: either `delta` or `counted`, and the units `expected` on hand, if the file has them."""

    line: int
    sku: str
    delta: int | None
    counted: int | None
    expected: int | None
    kind: StockMovement.Kind
    reason: str


@dataclass(slots=True)
class StockPlan(Plan):
    """A plan with the moves that carry it out."""

    moves: list[Move] = field(default_factory=list)


def require_adjustments(text: str) -> list[str]:
    """Return the header. Raises ImportFileError unless it is that of a file of adjustments."""
    header = header_of(text)
    require_columns(header, needed=["sku", "reason"], allowed=COLUMNS)
    if ("delta" in header) == ("counted" in header):
        raise ImportFileError(
            "Line 1 must have either a column “delta” (units to add or take) or a column “counted” (units found on the "
            "shelf, those held by carts included), and not both. Nothing was changed."
        )
    return header


def plan_adjustments(text: str) -> StockPlan:
    """Return what the file would change in the current stock. Reads without a lock; 1 query for each 5,000 rows.

    Raises ImportFileError.
    """
    plan = StockPlan()
    adjustments = list(_read(text, plan))
    known = ProductVariant.objects.select_related("product")
    variants = rows_by_code(known, "sku", (one.sku for one in adjustments))
    for one in adjustments:
        variant = variants.get(one.sku)
        if variant is None:
            plan.refuse(one.line, one.sku, "There is no variant with this SKU. Did a spreadsheet take zeros away?")
        else:
            _judge(one, variant, plan)
    return plan


def _read(text: str, plan: Plan) -> Iterator[Adjustment]:
    header, seen = require_adjustments(text), dict[str, int]()
    for row in rows_of(text, header):
        plan.rows += 1
        sku = row.cells.get("sku", "")
        one = row.error or _adjustment(row)
        if isinstance(one, str):
            plan.refuse(row.line, sku, one)
        elif (same := code(sku)) in seen:
            plan.refuse(row.line, sku, f"This SKU stands in line {seen[same]} too. Make one row of them.")
        else:
            seen[same] = row.line
            yield one


def _adjustment(row: Row) -> Adjustment | str:
    """Return the row as an adjustment, or what is wrong with it."""
    units: dict[str, int | None] = {}
    for name in ("delta", "counted", "expected"):
        cell = row.cells.get(name, "")
        try:
            units[name] = read_units(cell, signed=True, most=MOST_UNITS) if cell else None
        except UnreadableNumber as error:
            return f"{name} must be a whole number of units, not “{cell[:40]}”: {error.how}"
    kinds = _KINDS["counted" if "counted" in row.cells else "delta"]
    kind = row.cells.get("kind") or kinds[0]
    problem = _problem(row.cells, units, kind, kinds)
    if problem:
        return problem
    reason = one_line(row.cells["reason"])
    return Adjustment(row.line, row.cells["sku"], **units, kind=StockMovement.Kind(kind), reason=reason)


def _problem(cells: Mapping[str, str], units: Mapping[str, int | None], kind: str, kinds: Sequence[str]) -> str:
    if not cells["sku"]:
        return "sku is missing."
    for name in ("delta", "counted"):
        if name in cells and units[name] is None:
            return f"{name} is missing. Take the row out if nothing of it changes."
    if units["delta"] == 0:
        return "delta is 0. Take the row out if nothing of it changes."
    if (units["counted"] or 0) < 0 or (units["expected"] or 0) < 0:
        return "Units that were counted or expected cannot be fewer than none."
    if not 0 < len(cells["reason"]) <= _LONGEST_REASON:
        return "reason is missing." if not cells["reason"] else f"reason is longer than {_LONGEST_REASON} characters."
    try:
        refuse_unseen(one_line(cells["reason"]))
    except ValidationError as error:
        return f"reason: {error.messages[0]}"
    if kind not in kinds:
        return f"kind must be {' or '.join(kinds)} in this file, or left empty, not “{kind[:40]}”."
    return ""


def _judge(one: Adjustment, variant: ProductVariant, plan: StockPlan) -> None:
    """Add the row's move and difference to the plan, or what forbids it."""
    if one.counted is not None and one.counted == one.expected:
        return  # an unedited row of the template, whatever was sold since
    on_hand, free = variant.on_hand, variant.stock_quantity
    delta = one.delta if one.delta is not None else (one.counted or 0) - on_hand
    if one.expected is not None and one.expected != on_hand:
        plan.refuse(
            one.line, one.sku, f"{one.expected} were expected on hand, but now there are {on_hand}. Count again."
        )
    elif free + delta < 0:
        plan.refuse(one.line, one.sku, _too_few(variant, delta))
    elif on_hand + delta > MOST_UNITS:
        plan.refuse(one.line, one.sku, f"{on_hand + delta} units are more than the shop can count.")
    else:
        _add(one, variant, delta, plan)


def _too_few(variant: ProductVariant, delta: int) -> str:
    if held := variant.reserved_quantity:
        return (
            f"{variant.on_hand} are on hand, of which carts hold {held}: {variant.on_hand + delta} would be fewer than "
            "these. Release holds first, or wait for them to end."
        )
    return f"{variant.on_hand} are on hand; taking {-delta} would leave fewer than none."


def _add(one: Adjustment, variant: ProductVariant, delta: int, plan: StockPlan) -> None:
    counted = one.delta is None
    what = "Counted" if counted else f"Units {delta:+d}"
    after = variant.on_hand + delta
    plan.differences.append(
        Difference(one.line, one.sku, what, str(variant.on_hand), str(after), one.reason, pinned=counted)
    )
    seen = variant.on_hand if counted or one.expected is not None else None
    plan.moves.append(Move(variant.pk, delta, one.kind, one.reason, on_hand_seen=seen))
