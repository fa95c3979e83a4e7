"""Descriptions and facts in a catalogue file: what comes back from a spreadsheet changes what was edited, no more."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inventory.catalogue.rows import plain_text
from inventory.imports import importers
from inventory.imports.catalogue import plan_catalogue
from inventory.imports.catalogue_changes import change_catalogue
from inventory.imports.excerpts import excerpts
from inventory.imports.files import blank_lines, text_of
from inventory.imports.models import ImportJob
from inventory.models import Product, ProductVariant
from tests.inventory.imports.conftest import Kind, Upload, advanced, errors, shown
from tests.inventory.imports.test_catalogue import HEADER, MUG, RED, CatalogueUpload, Confirm, catalogue, mugs
from tests.support.shopping import nothing_changes

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["catalogue", "mugs"]
State = ImportJob.State
TEXT = "Two lines:\r\n\r\n- one\r\n- **two**"


@pytest.fixture
def described(upload: Upload) -> CatalogueUpload:
    header = f"{HEADER},description,facts"
    return lambda *rows: upload(header, *rows, kind=Kind.CATALOGUE, name="goods.csv")


def texts(number: str = "M1") -> tuple[str, str]:
    product = Product.objects.get(number=number)
    return product.description, product.facts


def test_new_goods_and_existing_ones_get_them(mugs: ImportJob, described: CatalogueUpload, confirm: Confirm) -> None:
    with nothing_changes():
        job = described(
            f'{MUG},"Big\n\n- blue",Size: 9 cm', f'{RED},"Big\n\n- blue",Size: 9 cm', "J1A,J1,Jug,Red,2.50,1,Jug.,"
        )
    assert shown(job) == [
        (2, "M1A", "Description", "", "Big\n\n- blue"),
        (2, "M1A", "Facts", "", "Size: 9 cm"),
        (4, "J1A", "New product", "", "J1 Jug"),
        (4, "J1A", "Description", "", "Jug."),
        (4, "J1A", "New variant", "", "Red, 2.50, 1 unit"),
    ]
    assert texts() == ("", "")
    result = advanced(confirm(job)).result
    assert result.endswith("0 prices and 0 names and 1 description and the facts of 1 product changed.")
    assert (texts(), texts("J1")) == (("Big\n\n- blue", "Size: 9 cm"), ("Jug.", ""))


def test_an_empty_cell_empties_and_without_the_column_they_stay(
    mugs: ImportJob, described: CatalogueUpload, catalogue: CatalogueUpload, confirm: Confirm
) -> None:
    Product.objects.update(description=TEXT, facts="Size: 9 cm")
    advanced(confirm(catalogue("M1A,M1,Mug,Blue,3.50,0")))
    assert texts() == (TEXT, "Size: 9 cm")
    job = described(f"{MUG},,Size: 9 cm".replace("2.50", "3.50"))
    assert shown(job) == [(2, "M1A", "Description", plain_text(TEXT), "")]
    advanced(confirm(job))
    assert texts() == ("", "Size: 9 cm")


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ('Big,"Size: 9 cm\nred"', "facts cannot be “Size: 9 cm\ufffdred”: “red” has no name and value. Write a line"),
        (f"{'x' * 10_001},", "description cannot be “"),
        ("Big,,more", "9 columns instead of 8"),
    ],
)
def test_a_wrong_cell_is_refused_by_row_and_column(
    mugs: ImportJob, described: CatalogueUpload, cells: str, says: str
) -> None:
    with nothing_changes():
        job = described('M2A,M2,Jug,Red,1.00,1,"Three\nlines\nhere",', f"{MUG},{cells}")
    assert job.state == State.REFUSED
    assert list(errors(job)) == [3]  # as a spreadsheet numbers it
    assert says in errors(job)[3]


@pytest.mark.parametrize(("column", "cells"), [("description", "Small,A: b"), ("facts", "Big,A: c")])
def test_the_rows_of_a_product_say_the_same(
    mugs: ImportJob, described: CatalogueUpload, column: str, cells: str
) -> None:
    told = f"{column} of product M1 is not the one in line 2. Write the same in each row of the product."
    assert errors(described(f"{MUG},Big,A: b", f"{RED},{cells}")) == {3: told}


@pytest.mark.parametrize("column", ["description", "facts"])
def test_what_a_colleague_wrote_since_the_preview_is_shown_first(
    mugs: ImportJob, described: CatalogueUpload, confirm: Confirm, column: str
) -> None:
    """Also far behind what a page shows of a text."""
    long = "A: " + "x" * 250 + "\nB: " + "y" * 250
    Product.objects.update(**{column: long})
    job = confirm(described(f"{MUG},New: one,New: one"))
    Product.objects.update(**{column: long + "z"})
    job = advanced(job)
    assert (job.state, job.preview) == (State.CHECKED, 2)
    assert "nothing was applied" in job.problem
    assert texts()[("description", "facts").index(column)] == long + "z"


@pytest.mark.parametrize(
    "rival",
    [
        lambda: Product.objects.filter(number="M1").update(description="Theirs"),
        lambda: Product.objects.filter(number="M1").update(facts="Of: theirs"),
        lambda: Product.objects.create(number="J1", name="Jug", slug="theirs"),
    ],
    ids=["description", "facts", "new product"],
)
def test_what_changes_between_the_look_and_the_locks_is_seen_under_them(
    mugs: ImportJob,
    described: CatalogueUpload,
    confirm: Confirm,
    monkeypatch: pytest.MonkeyPatch,
    rival: Callable[[], object],
) -> None:
    job = confirm(described(f"{MUG},Ours,Of: ours", "J1A,J1,Jug,Red,2.50,1,Ours,"))

    def change_first(*arguments: Any, **named: Any) -> str:
        rival()
        return change_catalogue(*arguments, **named)

    monkeypatch.setattr(importers, "change_catalogue", change_first)
    job = advanced(job)
    assert job.state == State.CHECKED
    assert "nothing was applied" in job.problem
    assert not Product.objects.filter(description="Ours").exists()


def test_a_preview_shows_where_long_texts_differ() -> None:
    before, after = excerpts("a" * 500 + "old" + "z" * 500, "a" * 500 + "new" + "z" * 500)
    assert before == "…" + "a" * 40 + "old" + "z" * 40 + "…"
    assert after == "…" + "a" * 40 + "new" + "z" * 40 + "…"
    assert excerpts("short", "") == ("short", "")
    assert [len(text) for text in excerpts("a" * 10_000, "b" * 9_000)] == [299, 299]


# What a form of the back office stores, and more: any sign but NUL, and line ends of browsers and of other systems.
letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
text = st.lists(letters | st.sampled_from(["\r\n", "\n", "\r", "- ", "=1", "'", '"', ";", ",", "\t", "é"]), max_size=60)
descriptions = text.map("".join).map(str.strip)
fact = st.text(letters.filter(lambda one: one != ":" and f"a{one}b".splitlines() == [f"a{one}b"]), min_size=1)
facts = st.lists(fact.map(str.strip).filter(bool), max_size=3).map(
    lambda names: "\r\n".join(f"{name[:50]}: ={name[:50]}" for name in names)
)


def edited(file: str, number: str, delimiter: str, end: str, cells: dict[str, str]) -> str:
    """The file as a spreadsheet saves it: other separators, lines of a cell by LF. A person changed these cells."""
    header, *rows = csv.reader(io.StringIO(file.removeprefix("\ufeff"), newline=""))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(header)
    for row in rows:
        values = {name: cell.replace("\r\n", "\n").replace("\r", "\n") for name, cell in zip(header, row, strict=True)}
        writer.writerow((values | (cells if values["product_number"] == number else {})).values())
    return out.getvalue()


def goods_now() -> list[list[dict[str, Any]]]:
    """Every column of all products and variants."""
    tables: list[Any] = [Product.objects, ProductVariant.objects]
    return [list(table.order_by("pk").values()) for table in tables]


@settings(max_examples=150)
@given(
    st.lists(st.tuples(descriptions, facts), min_size=2, max_size=2),
    st.fixed_dictionaries(
        {}, optional={"description": st.just("") | st.just("New\n\n- one\n- two"), "facts": st.just("New: =1")}
    ),
    st.sampled_from(",;"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\ufeff"]),
)
@example([(TEXT, ""), (TEXT, "Size: 9\r\nLook: -")], {"description": ""}, ";", "\r\n", "\ufeff")
@example([("a,\r\n'- b\r\n;=c", ""), ("\r'=", "A: b")], {}, ";", "\n", "")
def test_what_comes_back_from_a_spreadsheet_is_what_was_edited(
    goods: list[tuple[str, str]], cells: dict[str, str], delimiter: str, end: str, mark: str
) -> None:
    with transaction.atomic():
        for number, (description, of_facts) in enumerate(goods):
            product = Product.objects.create(
                number=f"P{number}", name="Pot", slug=f"p{number}", description=description, facts=of_facts
            )
            for colour in ("Red", "Blue"):
                ProductVariant.objects.create(product=product, sku=f"P{number}-{colour}", name=colour, price="2.50")
        before = goods_now()
        file = mark + edited("".join(blank_lines(Kind.CATALOGUE)), "P0", delimiter, end, cells)
        plan = plan_catalogue(text_of(file.encode()))
        assert (plan.rows, plan.errors) == (4, [])
        change_catalogue(plan, cause="a file", actor=None)
        differ = {name: cell for name, cell in cells.items() if cell != plain_text(before[0][0][name])}
        assert {one.what.lower() for one in plan.differences} == differ.keys()
        before[0][0] |= differ
        assert goods_now() == before
        transaction.set_rollback(True)
