"""Producer and warnings in a catalogue file."""

from collections.abc import Callable
from typing import Any

import pytest

from inventory.imports import importers
from inventory.imports.catalogue_changes import change_catalogue
from inventory.imports.files import blank_lines
from inventory.imports.models import ImportJob
from inventory.models import Producer, Product
from tests.inventory.imports.conftest import Kind, Upload, advanced, errors, shown
from tests.inventory.imports.test_catalogue import HEADER, MUG, RED, CatalogueUpload, Confirm, catalogue, mugs
from tests.support.producers import make_producer
from tests.support.shopping import nothing_changes

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["catalogue", "mugs"]
State = ImportJob.State


@pytest.fixture
def works(transactional_db: None) -> Producer:
    return make_producer()


@pytest.fixture
def safe(upload: Upload) -> CatalogueUpload:
    header = f"{HEADER},producer,warnings"
    return lambda *rows: upload(header, *rows, kind=Kind.CATALOGUE, name="goods.csv")


def stored(number: str = "M1") -> tuple[str, str, bool]:
    product = Product.objects.select_related("producer").get(number=number)
    return str(product.producer or ""), product.warnings, product.needs_no_warnings


def test_new_goods_and_existing_ones_get_them(
    mugs: ImportJob, works: Producer, safe: CatalogueUpload, confirm: Confirm
) -> None:
    with nothing_changes():
        job = safe(f"{MUG},Tin Works,Hot.", f"{RED},Tin Works,Hot.", "J1A,J1,Jug,Red,2.50,1,Tin Works,None")
    assert [line for line in shown(job) if line[2] in ("Producer", "Warnings")] == [
        (2, "M1A", "Warnings", "", "Hot."),
        (2, "M1A", "Producer", "", "Tin Works"),
        (4, "J1A", "Warnings", "", "none"),
        (4, "J1A", "Producer", "", "Tin Works"),
    ]
    result = advanced(confirm(job)).result
    assert result.endswith("and the producer of 1 product and the warnings of 1 product changed.")
    assert (stored(), stored("J1")) == (("Tin Works", "Hot.", False), ("Tin Works", "", True))


def test_an_empty_cell_empties_and_without_the_column_they_stay(
    mugs: ImportJob, works: Producer, safe: CatalogueUpload, catalogue: CatalogueUpload, confirm: Confirm
) -> None:
    Product.objects.update(producer=works, needs_no_warnings=True)
    advanced(confirm(catalogue(MUG.replace("2.50", "3.50"))))
    assert stored() == ("Tin Works", "", True)
    job = safe(f"{MUG.replace('2.50', '3.50')},,")
    assert shown(job) == [(2, "M1A", "Warnings", "none", ""), (2, "M1A", "Producer", "Tin Works", "")]
    advanced(confirm(job))
    assert stored() == ("", "", False)


@pytest.mark.parametrize(
    "columns", [{}, {"warnings": "Hot.\r\n- very"}, {"needs_no_warnings": True}, {"warnings": "None"}]
)
def test_an_unedited_file_changes_nothing(
    mugs: ImportJob, works: Producer, upload: Upload, columns: dict[str, Any]
) -> None:
    Product.objects.update(producer=works, **columns)
    header, *rows = "".join(blank_lines(Kind.CATALOGUE)).removeprefix("\ufeff").splitlines()
    job = upload(header, *rows, kind=Kind.CATALOGUE, name="goods.csv")
    assert (job.state, shown(job)) == (State.UNCHANGED, [])


def test_a_wrong_cell_is_refused_by_row(mugs: ImportJob, works: Producer, safe: CatalogueUpload) -> None:
    with nothing_changes():
        job = safe(f"{MUG},Pot Works,", f"{RED},Tin Works,{'x' * 5001}", "J1A,J1,Jug,Red,2.50,1,Pot Works,")
    assert job.state == State.REFUSED
    told = errors(job)
    assert told[2] == told[4] == "“Pot Works” is no producer. Add it under Shop floor → Producers first."
    assert told[3].startswith("warnings cannot be “xxx")


@pytest.mark.parametrize(("column", "cells"), [("producer", ",Hot."), ("warnings", "Tin Works,Cold.")])
def test_the_rows_of_a_product_say_the_same(
    mugs: ImportJob, works: Producer, safe: CatalogueUpload, column: str, cells: str
) -> None:
    told = f"{column} of product M1 is not the one in line 2. Write the same in each row of the product."
    assert errors(safe(f"{MUG},Tin Works,Hot.", f"{RED},{cells}")) == {3: told}


@pytest.mark.parametrize(
    "rival",
    [
        lambda: Product.objects.filter(number="M1").update(producer=make_producer("Theirs")),
        lambda: Product.objects.filter(number="M1").update(warnings="Theirs"),
        lambda: Product.objects.filter(number="M1").update(needs_no_warnings=True),
        lambda: Producer.objects.all().delete(),
    ],
    ids=["producer", "warnings", "none needed", "deleted"],
)
@pytest.mark.parametrize("is_new", [True, False])
def test_what_changes_between_the_look_and_the_locks_is_seen_under_them(
    mugs: ImportJob,
    works: Producer,
    safe: CatalogueUpload,
    confirm: Confirm,
    monkeypatch: pytest.MonkeyPatch,
    rival: Callable[[], object],
    is_new: bool,
) -> None:
    jug = ["J1A,J1,Jug,Red,2.50,1,Tin Works,Ours"] if is_new else []
    job = confirm(safe(f"{MUG},Tin Works,Ours", *jug))

    def change_first(*arguments: Any, **named: Any) -> str:
        rival()
        return change_catalogue(*arguments, **named)

    monkeypatch.setattr(importers, "change_catalogue", change_first)
    job = advanced(job)
    assert job.state in (State.CHECKED, State.REFUSED)
    assert "nothing was applied" in job.problem
    assert not Product.objects.filter(warnings="Ours").exists()
