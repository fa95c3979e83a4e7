"""A catalogue file: `plan_catalogue` says what it would create and change. `catalogue_changes` carries that out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from core.one_line import one_line
from core.text import counted
from inventory.catalogue.rows import (
    ALL_COLUMNS,
    CATALOGUE_COLUMNS,
    PRODUCT_TEXTS,
    CatalogueRow,
    disagreement,
    parse_row,
    plain_text,
    text_of,
)
from inventory.codes import rows_by_code
from inventory.imports.files import Row, header_of, require_columns, rows_of
from inventory.imports.plan import Difference, Plan
from inventory.models import Product, ProductVariant
from inventory.producers import producers_by_name
from inventory.tax import classes_by_name
from inventory.wording import price_jump

NEW_PRODUCT, NEW_VARIANT, PRODUCT_NAME, NAME, PRICE = "New product", "New variant", "Product name", "Name", "Price"
TAX_CLASS, WEIGHT, CONTENT = "Tax class", "Weight (grams)", "Content"
PRODUCER = "Producer"
_TEXTS = {"description": "Description", "facts": "Facts", "warnings": "Warnings"}


@dataclass(slots=True)
class CataloguePlan(Plan):
    """A plan with the rows to load, and (old, new) values of existing variants by SKU and products by number."""

    new: list[CatalogueRow] = field(default_factory=list)
    new_products: set[str] = field(default_factory=set)
    prices: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    product_names: dict[str, tuple[str, str]] = field(default_factory=dict)
    descriptions: dict[str, tuple[str, str]] = field(default_factory=dict)
    facts: dict[str, tuple[str, str]] = field(default_factory=dict)
    warnings: dict[str, tuple[str, str]] = field(default_factory=dict)
    producers: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    tax_classes: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    weights: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    contents: dict[str, tuple[str, str]] = field(default_factory=dict)

    def note(self, line: int, sku: str, what: str, before: str, after: str, warning: str = "") -> None:
        self.differences.append(Difference(line, sku, what, before, after, warning))


def require_catalogue(text: str) -> list[str]:
    """Return the header. Raises ImportFileError unless it is that of a catalogue, in whatever order."""
    header = header_of(text)
    require_columns(header, needed=CATALOGUE_COLUMNS, allowed=ALL_COLUMNS)
    return header


def plan_catalogue(text: str) -> CataloguePlan:
    """Return what the file would create and change in the current catalogue. Reads without a lock.

    2 queries for each 5,000 rows, and 2 for tax classes and producers. Raises ImportFileError.
    """
    plan = CataloguePlan()
    classes, producers, products = classes_by_name(), producers_by_name(), set[str]()
    for line, row, known in _read(text, plan):
        owner = known.variant.product.number if known.variant else row.product_number
        if owner != row.product_number:
            plan.refuse(line, row.sku, f"This SKU belongs to product {owner}, not to {row.product_number}.")
            continue
        if row.tax_class and row.tax_class not in classes:
            plan.refuse(line, row.sku, _unknown_class(row.tax_class, classes))
            continue
        if row.producer and row.producer not in producers:
            plan.refuse(line, row.sku, f"“{row.producer}” is no producer. Add it under Shop floor → Producers first.")
            continue
        if row.product_number not in products:  # its other rows say the same
            products.add(row.product_number)
            _compare_product(line, row, known.product, plan)
            _compare_texts(line, row, known.product, plan)
            _compare_producer(line, row, known.product, producers, plan)
        _compare_variant(line, row, known.variant, plan)
        if known.variant and row.tax_class is not None:
            _compare_tax_class(line, row, known.variant, classes, plan)
        if known.variant and row.weight_grams is not None:
            _compare_weight(line, row, known.variant, plan)
        if known.variant and row.content is not None:
            _compare_content(line, row, known.variant.content, row.content, plan)
    return plan


class Known(NamedTuple):
    """The goods that a row is about, as the shop has them now."""

    variant: ProductVariant | None
    product: Product | None

    def same(self, cells: Mapping[str, str]) -> dict[str, str]:
        """By column, what the shop has where the row says the same: the code in other capitals, a name in other blanks,
        a text with other line ends.

        So a file that the shop wrote itself is no change, whatever the shop has.
        """
        same = dict[str, str]()
        if self.variant:
            same |= {"sku": self.variant.sku, "variant_name": self.variant.name}
        if self.product:
            same |= {"product_number": self.product.number, "product_name": self.product.name}
            same |= {column: text_of(self.product, column) for column in PRODUCT_TEXTS if column in cells}
        return {column: stored for column, stored in same.items() if _says_the_same(column, stored, cells[column])}


def _says_the_same(column: str, stored: str, cell: str) -> bool:
    if column in PRODUCT_TEXTS:
        return plain_text(stored) == plain_text(cell)
    return column in _CODES or one_line(stored) == one_line(cell)


_CODES = ("sku", "product_number")


def _read(text: str, plan: Plan) -> Iterator[tuple[int, CatalogueRow, Known]]:
    rows = list(rows_of(text, require_catalogue(text)))
    skus, products = dict[str, int](), dict[str, tuple[CatalogueRow, int]]()
    for row, known in zip(rows, _known(rows), strict=True):
        plan.rows += 1
        one = row.error or _parse(row.cells, known)
        if isinstance(one, str):
            plan.refuse(row.line, row.cells.get("sku", ""), one)
            continue
        first = products.setdefault(one.product_number, (one, row.line))
        if one.sku in skus:
            plan.refuse(row.line, one.sku, f"This SKU stands in line {skus[one.sku]} too. Take one of them out.")
        elif problem := disagreement(one, *first):
            plan.refuse(row.line, one.sku, problem)
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
    columns = [column for column in ALL_COLUMNS if column in cells]
    return parse_row([same.get(column, cells[column]) for column in columns], same, columns)


def _compare_product(line: int, row: CatalogueRow, product: Product | None, plan: CataloguePlan) -> None:
    if product is None:
        plan.note(line, row.sku, NEW_PRODUCT, "", f"{row.product_number} {row.product_name}")
        plan.new_products.add(row.product_number)
    elif product.name != row.product_name:
        plan.note(line, row.sku, PRODUCT_NAME, product.name, row.product_name)
        plan.product_names[row.product_number] = (product.name, row.product_name)


def _compare_texts(line: int, row: CatalogueRow, product: Product | None, plan: CataloguePlan) -> None:
    """Note another description, other facts and other warnings. An empty cell empties them."""
    changes = {"description": plan.descriptions, "facts": plan.facts, "warnings": plan.warnings}
    for column, what in _TEXTS.items():
        before, after = text_of(product, column) if product else "", getattr(row, column)
        if after is None or before == after:
            continue
        plan.note(line, row.sku, what, plain_text(before), after)
        if product:
            changes[column][row.product_number] = (before, after)


def _compare_producer(
    line: int, row: CatalogueRow, product: Product | None, producers: Mapping[str, int], plan: CataloguePlan
) -> None:
    """Note another producer. An empty cell means that it has none."""
    before, after = product.producer_id if product else None, producers.get(row.producer or "")
    if row.producer is None or before == after:
        return
    names = {pk: name for name, pk in producers.items()}
    plan.note(line, row.sku, PRODUCER, names.get(before or 0, ""), row.producer)
    if product:
        plan.producers[row.product_number] = (before, after)


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


def _compare_tax_class(
    line: int, row: CatalogueRow, variant: ProductVariant, classes: Mapping[str, int], plan: CataloguePlan
) -> None:
    """Note another class. An empty cell means the default class, which is no row of its own."""
    before, after = variant.tax_class_id, classes.get(row.tax_class or "")
    if before != after:
        names = {pk: name for name, pk in classes.items()}
        plan.note(line, row.sku, TAX_CLASS, names.get(before or 0, "Default"), row.tax_class or "Default")
        plan.tax_classes[row.sku] = (before, after)


def _compare_weight(line: int, row: CatalogueRow, variant: ProductVariant, plan: CataloguePlan) -> None:
    """Note another weight. An empty cell means that it is not known."""
    if (before := variant.weight_grams) != (after := row.weight):
        was, now = ("Not known" if weight is None else str(weight) for weight in (before, after))
        plan.note(line, row.sku, WEIGHT, was, now)
        plan.weights[row.sku] = (before, after)


def _compare_content(line: int, row: CatalogueRow, before: str, after: str, plan: CataloguePlan) -> None:
    """Note another content. An empty cell means that there is none."""
    if before != after:
        plan.note(line, row.sku, CONTENT, before or "None", after or "None")
        plan.contents[row.sku] = (before, after)


def _unknown_class(name: str, classes: Iterable[str]) -> str:
    known = f"Known: {', '.join(classes)}." if classes else "There is none yet."
    return f"“{name}” is no tax class. {known} Leave the cell empty for the default one."


def _warning(before: Decimal | None, after: Decimal) -> str:
    jump = price_jump(before, after)
    return f"Is this right? {jump}" if jump else ""
