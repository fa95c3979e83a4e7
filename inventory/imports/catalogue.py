"""A file of the catalogue: what it would create and change. It changes no stock of what is there already."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from core.text import counted
from inventory.catalogue.rows import CATALOGUE_COLUMNS, CatalogueRow, parse_row
from inventory.imports.adjustments import variants_by_sku
from inventory.imports.files import header_of, require_columns, rows_of
from inventory.imports.plan import Difference, Plan
from inventory.models import Product, ProductVariant
from inventory.prices import price_jump

NEW_PRODUCT, NEW_VARIANT, PRODUCT_NAME, NAME, PRICE = "New product", "New variant", "Product name", "Name", "Price"


@dataclass(slots=True)
class CataloguePlan(Plan):
    """A plan with what carries it out: rows to load, and new values of what is there, by sku and by product number."""

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
    """Say what the file would create and change in the catalogue of now. Reads without a lock.

    Raises ImportFileError.
    """
    plan = CataloguePlan()
    rows = list(_read(text, plan))
    variants = variants_by_sku(row.sku for _, row in rows)
    numbers = {row.product_number for _, row in rows}
    products = dict(Product.objects.filter(number__in=numbers).values_list("number", "name"))
    for line, row in rows:
        variant = variants.get(row.sku)
        if variant is not None and variant.product.number != row.product_number:
            owner = variant.product.number
            plan.refuse(line, row.sku, f"This SKU belongs to product {owner}, not to {row.product_number}.")
            continue
        _compare_product(line, row, products.get(row.product_number), plan)
        _compare_variant(line, row, variant, plan)
    return plan


def _read(text: str, plan: Plan) -> Iterator[tuple[int, CatalogueRow]]:
    header = require_catalogue(text)
    skus, products = dict[str, int](), dict[str, tuple[int, str]]()
    for row in rows_of(text, header):
        plan.rows += 1
        sku = row.cells.get("sku", "")
        one = row.error or parse_row([row.cells[name] for name in CATALOGUE_COLUMNS])
        if isinstance(one, str):
            plan.refuse(row.line, sku, one)
            continue
        line, name = products.setdefault(one.product_number, (row.line, one.product_name))
        if sku in skus:
            plan.refuse(row.line, sku, f"This SKU stands in line {skus[sku]} too. Take one of them out.")
        elif name != one.product_name:
            plan.refuse(row.line, sku, f"Product {one.product_number} is “{name}” in line {line}. Give it one name.")
        else:
            skus[sku] = row.line
            yield row.line, one


def _compare_product(line: int, row: CatalogueRow, name: str | None, plan: CataloguePlan) -> None:
    if row.product_number in plan.product_names:
        return
    if name is None:
        plan.note(line, row.sku, NEW_PRODUCT, "", f"{row.product_number} {row.product_name}")
    elif name != row.product_name:
        plan.note(line, row.sku, PRODUCT_NAME, name, row.product_name)
    else:
        return
    plan.product_names[row.product_number] = (name or "", row.product_name)


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
