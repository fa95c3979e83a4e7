"""What a file of adjustments would do: previews, and every way a row can be wrong, by line number."""

import pytest

from inventory.errors import ImportFileError
from inventory.imports.files import MOST_BYTES, MOST_ROWS
from inventory.imports.models import ImportJob
from inventory.imports.services import start_import
from tests.conftest import MakeVariant
from tests.inventory.imports.conftest import Upload, errors, shown
from tests.support.shopping import held, nothing_changes

pytestmark = pytest.mark.django_db
State = ImportJob.State


def test_the_preview_shows_each_count_and_changes_nothing(upload: Upload, make_variant: MakeVariant) -> None:
    one, two, same = make_variant(10), make_variant(4), make_variant(3)
    with nothing_changes():
        job = upload("sku,counted,reason", f"{one.sku},12,Found", f"{two.sku},0,Lost", f"{same.sku},3,As it was")
    assert (job.state, job.rows, job.differences, job.errors) == (State.CHECKED, 3, 3, 0)
    assert shown(job) == [
        (2, one.sku, "Counted", "10", "12"),
        (3, two.sku, "Counted", "4", "0"),
        (4, same.sku, "Counted", "3", "3"),
    ]


def test_semicolons_a_byte_order_mark_blank_lines_and_quoted_line_ends(
    upload: Upload, make_variant: MakeVariant
) -> None:
    one, two = make_variant(10), make_variant(10)
    lines = (f'{one.sku};"two', 'lines";+2;Found', ";;;", "", f" {two.sku} ;;-3;Broken;;")
    job = upload("\ufeffSKU;Name;Delta;Reason", *lines)
    assert shown(job) == [(2, one.sku, "Units +2", "10", "12"), (5, two.sku, "Units -3", "10", "7")]


def test_what_spreadsheets_defuse_is_read_as_it_was(upload: Upload, make_variant: MakeVariant) -> None:
    job = upload("sku,delta,reason", f"{make_variant().sku},2,'=found")
    assert job.lines.get().note == "=found"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{sku},,Found", "delta is missing"),
        ("{sku},1.5,Found", "whole number of units, not “1.5”"),
        ("{sku},ten,Found", "whole number of units, not “ten”"),
        ("{sku},٣,Found", "whole number of units"),
        ("{sku},99999999999,Found", "whole number of units"),
        ("{sku},5.0,Found", "in digits alone, here 5."),
        ('{sku},"6,900",Found', "in digits alone, here 6900."),
        ("{sku},0,Found", "delta is 0"),
        ("{sku},1,", "reason is missing"),
        ("{sku},1," + "x" * 201, "reason is longer than 200"),
        (",1,Found", "sku is missing"),
        ("NO-SUCH,1,Found", "no variant with this SKU"),
        ("{sku},-11,Lost", "10 are on hand; taking 11 would leave fewer than none"),
        ("{sku},2147483647,Found", "more than the shop can count"),
        ("{sku},1,Found,more", "4 columns instead of 3"),
        ("{sku},1", "2 columns instead of 3"),
        ('{sku},1,"Found', "cannot be read as CSV"),
        ("{sku},1," + "x" * 140_000, "cannot be read as CSV"),
    ],
)
def test_a_wrong_row_is_refused_by_its_line(upload: Upload, make_variant: MakeVariant, row: str, says: str) -> None:
    good, bad = make_variant(10), make_variant(10)
    with nothing_changes():
        job = upload("sku,delta,reason", f"{good.sku},1,Found", "", row.format(sku=bad.sku))
    assert (job.state, job.errors) == (State.REFUSED, 1)
    assert list(errors(job)) == [4]
    assert says in errors(job)[4]


def test_every_wrong_row_is_told_at_once(upload: Upload, make_variant: MakeVariant) -> None:
    sku = make_variant().sku
    job = upload("sku,delta,reason", f"{sku},x,Found", f"{sku},1,Found", f"{sku},2,Found", "NONE,1,Found")
    assert list(errors(job)) == [2, 4, 5]
    assert "stands in line 3 too" in errors(job)[4]


@pytest.mark.parametrize(("kind", "is_right"), [("receipt", True), ("", True), ("sale", False), ("opening", False)])
def test_kinds_are_those_of_a_person(upload: Upload, make_variant: MakeVariant, kind: str, is_right: bool) -> None:
    job = upload("sku,delta,reason,kind", f"{make_variant().sku},1,Found,{kind}")
    assert job.state == (State.CHECKED if is_right else State.REFUSED)


@pytest.mark.parametrize(("kind", "is_right"), [("count", True), ("", True), ("adjustment", False), ("receipt", False)])
def test_what_was_counted_is_a_count(upload: Upload, make_variant: MakeVariant, kind: str, is_right: bool) -> None:
    job = upload("sku,counted,reason,kind", f"{make_variant().sku},1,Found,{kind}")
    assert job.state == (State.CHECKED if is_right else State.REFUSED)
    if not is_right:
        assert f"kind must be count in this file, or left empty, not “{kind}”." in errors(job)[2]


def test_units_that_carts_hold_are_never_counted_away(upload: Upload, make_variant: MakeVariant, guest: object) -> None:
    variant = make_variant(10)
    held(guest, variant, 4)  # type: ignore[arg-type]
    job = upload("sku,counted,reason", f"{variant.sku},3,Counted")
    assert "10 are on hand, of which carts hold 4: 3 would be fewer" in errors(job)[2]
    assert upload("sku,counted,reason", f"{variant.sku},4,Counted").state == State.CHECKED


def test_expected_is_what_the_person_saw(upload: Upload, make_variant: MakeVariant) -> None:
    variant = make_variant(10)
    header = "sku,expected,counted,reason"
    assert "9 were expected on hand, but now there are 10" in errors(upload(header, f"{variant.sku},9,8,Counted"))[2]
    assert shown(upload(header, f"{variant.sku},10,8,Counted")) == [(2, variant.sku, "Counted", "10", "8")]
    # Nobody touched this row; that something was sold since the file was made is no reason to put it back.
    untouched = upload(header, f"{variant.sku},12,12,Counted")
    assert (untouched.state, untouched.differences) == (State.UNCHANGED, 0)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["sku,delta"], "reason is missing"),
        (["sku,delta,counted,reason"], "either a column “delta”"),
        (["sku,reason"], "either a column “delta”"),
        (["sku,delta,reason,colour"], "colour is not known"),
        (["sku,sku,delta,reason"], "A column stands twice"),
        ([""], "The file is empty"),
        (["sep=;", "sku;delta;reason"], "Line 1 is “sep=;”, which is for spreadsheets only. Take this line out"),
        (['"sep=,"', "sku,delta,reason"], "which is for spreadsheets only"),
        (["sku\tdelta\treason", "A\t1\tFound"], "The columns are separated by tabs. Save it as “CSV UTF-8"),
        (["sku,delta,reason", "A,1,\0"], "characters that no text has"),
    ],
)
def test_a_file_of_another_kind_is_not_taken_in(upload: Upload, lines: list[str], says: str) -> None:

    with pytest.raises(ImportFileError, match=says):
        upload(*lines)
    assert not ImportJob.objects.exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04 and so on", "This is a workbook"),
        (b"\xff\xfes\x00k\x00u\x00", "Line 1 is not UTF-8"),
        (b"sku,delta,reason\nA,1,caf\xe9\n", "Line 2 is not UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "is not UTF-8"),
        (b"x" * (MOST_BYTES + 1), "larger than 2 MB"),
    ],
)
def test_what_is_no_csv_is_not_taken_in(manager: object, content: bytes, says: str) -> None:

    with pytest.raises(ImportFileError, match=says):
        start_import(kind=ImportJob.Kind.ADJUSTMENTS, file_name="x.csv", content=content, by=manager)  # type: ignore[arg-type]


def test_more_rows_than_the_cap_are_refused(upload: Upload) -> None:
    job = upload("sku,delta,reason", *["A,1,x"] * (MOST_ROWS + 1))
    assert (job.state, job.problem) == (
        State.REFUSED,
        "The file has more than 20,000 rows. Split it into several. Nothing was changed.",
    )
