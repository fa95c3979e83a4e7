"""A catalogue file: `plan_catalogue` says what it would create and change, `change_catalogue` carries that out.

It never changes the stock of existing variants.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import connection

from core.locks import AdvisoryLock
from core.one_line import one_line
from core.text import counted
from inventory.catalogue.load import Loaded, load_catalogue
from inventory.catalogue.rows import CATALOGUE_COLUMNS, CatalogueRow, parse_row
from inventory.codes import rows_by_code
from inventory.errors import ChangedMeanwhile
from inventory.imports.files import Row, header_of, require_columns, rows_of
from inventory.imports.plan import Difference, Plan
from inventory.locks import lock_products, lock_variants
from inventory.models import PriceChange, Product, ProductVariant
from inventory.wording import price_jump

NEW_PRODUCT, NEW_VARIANT, PRODUCT_NAME, NAME, PRICE = "New product", "New variant", "Product name", "Name", "Price"


@dataclass(slots=True)
class CataloguePlan(Plan):
    """A plan with the rows to load, and (old, new) values of existing variants by SKU and products by number."""

    new: list[CatalogueRow] = field(default_factory=list)
    prices: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    product_names: dict[str, tuple[str, str]] = field(default_factory=dict)

    def note(self, line: int, sku: str, what: str, before: str, after: str, warning: str = "") -> None:
        self.differences.append(Difference(line, sku, what, before, after, warning))


def require_catalogue(text: str) -> list[str]:
    """Return the header. Raises ImportFileError unless it is that of a catalogue, in whatever order."""
    header = header_of(text)
    require_columns(header, needed=CATALOGUE_COLUMNS, allowed=CATALOGUE_COLUMNS)
    return header


def plan_catalogue(text: str) -> CataloguePlan:
    """Return what the file would create and change in the current catalogue. Reads without a lock.

    2 queries for each 5,000 rows. Raises ImportFileError.
    """
    plan = CataloguePlan()
    for line, row, known in _read(text, plan):
        owner = known.variant.product.number if known.variant else row.product_number
        if owner != row.product_number:
            plan.refuse(line, row.sku, f"This SKU belongs to product {owner}, not to {row.product_number}.")
            continue
        _compare_product(line, row, known.product, plan)
        _compare_variant(line, row, known.variant, plan)
    return plan


class Known(NamedTuple):
    """The goods that a row is about, as the shop has them now."""

    variant: ProductVariant | None
    product: Product | None

    def same(self, cells: Mapping[str, str]) -> dict[str, str]:
        """By column, what the shop has where the row says the same: the code in other capitals, a name in other blanks.

        So a file that the shop wrote itself is no change, whatever the shop has.
        """
        same = dict[str, str]()
        if self.variant:
            same |= {"sku": self.variant.sku, "variant_name": self.variant.name}
        if self.product:
            same |= {"product_number": self.product.number, "product_name": self.product.name}
        return {
            column: stored
            for column, stored in same.items()
            if column in _CODES or one_line(stored) == one_line(cells[column])
        }


_CODES = ("sku", "product_number")


def _read(text: str, plan: Plan) -> Iterator[tuple[int, CatalogueRow, Known]]:
    rows = list(rows_of(text, require_catalogue(text)))
    skus, products = dict[str, int](), dict[str, tuple[int, str]]()
    for row, known in zip(rows, _known(rows), strict=True):
        plan.rows += 1
        one = row.error or _parse(row.cells, known)
        if isinstance(one, str):
            plan.refuse(row.line, row.cells.get("sku", ""), one)
            continue
        line, name = products.setdefault(one.product_number, (row.line, one.product_name))
        if one.sku in skus:
            plan.refuse(row.line, one.sku, f"This SKU stands in line {skus[one.sku]} too. Take one of them out.")
        elif name != one.product_name:
            plan.refuse(
                row.line, one.sku, f"Product {one.product_number} is “{name}” in line {line}. Give it one name."
            )
        else:
            skus[one.sku] = row.line
            yield row.line, one, known


def _known(rows: Sequence[Row]) -> Iterator[Known]:
    skus, numbers = ([row.cells.get(column, "") for row in rows] for column in _CODES)
    variants = rows_by_code(ProductVariant.objects.select_related("product"), "sku", skus)
    products = rows_by_code(Product.objects.all(), "number", numbers)
    return (Known(variants.get(sku), products.get(number)) for sku, number in zip(skus, numbers, strict=True))


def _parse(cells: Mapping[str, str], known: Known) -> CatalogueRow | str:
    same = known.same(cells)
    return parse_row([same.get(column, cells[column]) for column in CATALOGUE_COLUMNS], same)


def _compare_product(line: int, row: CatalogueRow, product: Product | None, plan: CataloguePlan) -> None:
    if row.product_number in plan.product_names:
        return
    if product is None:
        plan.note(line, row.sku, NEW_PRODUCT, "", f"{row.product_number} {row.product_name}")
    elif product.name != row.product_name:
        plan.note(line, row.sku, PRODUCT_NAME, product.name, row.product_name)
    else:
        return
    plan.product_names[row.product_number] = (product.name if product else "", row.product_name)


def _compare_variant(line: int, row: CatalogueRow, variant: ProductVariant | None, plan: CataloguePlan) -> None:
    if variant is None:
        units = counted(row.opening_stock, "unit", "units")
        plan.note(
            line, row.sku, NEW_VARIANT, "", f"{row.variant_name}, {row.price}, {units}", _warning(None, row.price)
        )
        plan.new.append(row)
        return
    if variant.name != row.variant_name:
        plan.note(line, row.sku, NAME, variant.name, row.variant_name)
        plan.names[row.sku] = (variant.name, row.variant_name)
    if variant.price != row.price:
        warning = _warning(variant.price, row.price)
        plan.note(line, row.sku, PRICE, str(variant.price), str(row.price), warning)
        plan.prices[row.sku] = (variant.price, row.price)


def _warning(before: Decimal | None, after: Decimal) -> str:
    jump = price_jump(before, after)
    return f"Is this right? {jump}" if jump else ""


_ROWS_A_STATEMENT = 1000
# The rows of both are locked already.
_RENAME = """
    UPDATE inventory_product product SET name = asked.after
      FROM unnest(%s::text[], %s::text[], %s::text[]) AS asked(number, before, after)
     WHERE product.number = asked.number AND product.name = asked.before
"""
_RENAME_AND_PRICE = """
    UPDATE inventory_productvariant variant SET name = asked.name, price = asked.price
      FROM unnest(%s::bigint[], %s::text[], %s::numeric[]) AS asked(id, name, price)
     WHERE variant.id = asked.id
"""


def change_catalogue(plan: CataloguePlan, *, cause: str, actor: User | None) -> str:
    """Create and change what the plan says; a new price gets its line in the price history. Inside a transaction.

    Arguments: `cause` and `actor`, for the ledger and the price history. Returns what was done, in a sentence.
    Raises ChangedMeanwhile (the data is no longer as planned) and CatalogueLoadError; the caller rolls back.
    """
    _lock_all(plan)
    loaded = load_catalogue(rows=plan.new, cause=cause, actor=actor)
    if loaded is None or loaded.variants_created != len(plan.new):
        raise ChangedMeanwhile
    renamed = {number: names for number, names in plan.product_names.items() if names[0]}
    _rename_products(renamed)
    _change_variants(plan, cause=cause, actor=actor)
    return _told(loaded, prices=len(plan.prices), names=len(renamed) + len(plan.names))


def _told(loaded: Loaded, *, prices: int, names: int) -> str:
    products = counted(loaded.products_created, "product", "products")
    variants = counted(loaded.variants_created, "variant", "variants")
    units = counted(loaded.units_received, "unit", "units")
    changed = f"{counted(prices, 'price', 'prices')} and {counted(names, 'name', 'names')}"
    return f"{products} and {variants} created, with {units}; {changed} changed."


def _lock_all(plan: CataloguePlan) -> None:
    """Lock the catalogue, then by id all products that are changed or get a variant."""
    AdvisoryLock.CATALOGUE.acquire()
    numbers = plan.product_names.keys() | {row.product_number for row in plan.new}
    changed = ProductVariant.objects.filter(sku__in=plan.prices.keys() | plan.names.keys())
    lock_products(
        {
            *Product.objects.filter(number__in=numbers).values_list("pk", flat=True),
            *changed.values_list("product_id", flat=True),
        }
    )


def _rename_products(names: Mapping[str, tuple[str, str]]) -> None:
    before, after = [name[0] for name in names.values()], [name[1] for name in names.values()]
    with connection.cursor() as cursor:
        cursor.execute(_RENAME, [list(names), before, after])
        if cursor.rowcount != len(names):
            raise ChangedMeanwhile


def _change_variants(plan: CataloguePlan, *, cause: str, actor: User | None) -> None:
    skus = plan.prices.keys() | plan.names.keys()
    ids = ProductVariant.objects.filter(sku__in=skus).values_list("pk", flat=True)
    variants = {variant.sku: variant for variant in lock_variants(ids)}
    for sku in skus:
        _take_over(variants.get(sku), plan.names.get(sku), plan.prices.get(sku))
    _write(list(variants.values()))
    PriceChange.objects.bulk_create(
        [
            PriceChange(variant=variants[sku], old_price=old, new_price=new, cause=cause, actor=actor)
            for sku, (old, new) in plan.prices.items()
        ],
        batch_size=_ROWS_A_STATEMENT,
    )


def _take_over(
    variant: ProductVariant | None, name: tuple[str, str] | None, price: tuple[Decimal, Decimal] | None
) -> None:
    """Give a locked variant its new name and price. Raises ChangedMeanwhile unless it has the old ones."""
    if variant is None or (name and variant.name != name[0]) or (price and variant.price != price[0]):
        raise ChangedMeanwhile
    variant.name = name[1] if name else variant.name
    variant.price = price[1] if price else variant.price


def _write(variants: Sequence[ProductVariant]) -> None:
    """One statement. `bulk_update` would write a CASE with one branch for each row, which is slow to plan."""
    columns = [(variant.pk, variant.name, variant.price) for variant in variants]
    with connection.cursor() as cursor:
        cursor.execute(_RENAME_AND_PRICE, [list(column) for column in zip(*columns, strict=True)] or [[], [], []])
