"""From a file to rows of a catalogue: what may be in one, and how files can be broken."""

import csv
import io
import lzma
from collections.abc import Sequence
from pathlib import Path

import pytest

from demo.invoices.lines import LOG_COLUMNS
from inventory.catalogue.reading import read_catalogue
from inventory.catalogue.rows import ALL_COLUMNS, CATALOGUE_COLUMNS, write_rows
from inventory.errors import CatalogueFileError

GOOD = ["85123A", "85123", "Hanging Heart", "White", "2.55", "12"]


def test_a_packed_file_is_known_by_its_content(tmp_path: Path) -> None:
    plain, packed = derived(tmp_path, GOOD), tmp_path / "packed"
    packed.write_bytes(lzma.compress(plain.read_bytes()))

    assert read_catalogue(packed) == read_catalogue(plain)


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    marked = tmp_path / "marked.csv"
    marked.write_bytes(b"\xef\xbb\xbf" + derived(tmp_path, GOOD).read_bytes())

    assert read_catalogue(marked).taken == 1


def test_rows_survive_being_written_and_read(tmp_path: Path) -> None:
    signs = [
        ["85071C", "85071", 'Sign "Busy", Red', "Standard", "1", "0"],
        ["90214A", "90214", 'Letter "A"', "B", "2", "3"],
    ]
    reading = read_catalogue(derived(tmp_path, GOOD, *signs))
    again = tmp_path / "again.csv"
    with again.open("w", newline="") as target:
        write_rows(target, reading.rows)

    assert len(reading.rows) == 3
    assert read_catalogue(again).rows == reading.rows


def broken_files() -> dict[str, tuple[bytes, str]]:
    header = ",".join(LOG_COLUMNS).encode()
    packed = lzma.compress(header + b"\n" + b"536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,1,France\n" * 9999)
    return {
        "empty": (b"", "its first line has nothing"),
        "blank first line": (b"\n" + header, "its first line has nothing"),
        "other columns": (b"sku,price\n1,2\n", "its first line has sku, price. Expected the columns of an invoice log"),
        "tabs": (header.replace(b",", b"\t"), "its first line has tabs between its columns, where commas should be"),
        "only a header": (header + b"\n", "no line of it is goods with a price. Is it the right file?"),
        "no goods": (header + b"\n536365,POST,POSTAGE,1,2010-12-01 08:26:00,18,1,France\n", "no line of it is goods"),
        "truncated": (packed[:-100], "the packed file ends too early. Copy or download it again"),
        "damaged": (packed[:60] + b"\x00\xff" * 30 + packed[120:], "the packed file is damaged"),
        "Latin-1": (header + "\n1,85123A,CAFÉ\n".encode("latin-1"), "this is not UTF-8 text. Save it as CSV in UTF-8"),
        "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "this is not UTF-8 text"),
        "NUL bytes": (b"\x00\x01\x02\x03" * 99, "its first line has what is no text"),
        "quotes never closed": (header + b'\n1,"85123A', "this is not a CSV file"),
        "one endless field": (header + b"\n" + b"x" * 200_000, "this is not a CSV file"),
    }


@pytest.mark.parametrize("kind", broken_files())
def test_a_broken_file_is_one_clear_error(tmp_path: Path, kind: str) -> None:
    content, message = broken_files()[kind]
    path = tmp_path / "broken.csv"
    path.write_bytes(content)

    with pytest.raises(CatalogueFileError) as caught:
        read_catalogue(path)

    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{path}: ")
    assert "othing was changed" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_or_a_folder_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogueFileError, match=r"there is no such file\. Check the path"):
        read_catalogue(tmp_path / "nowhere.csv")
    with pytest.raises(CatalogueFileError, match=r"it cannot be read \(Is a directory"):
        read_catalogue(tmp_path)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *[("sku", value) for value in ("x" * 21, "8512\x00", "851\u200b23")],
        *[("product_number", value) for value in ("9" * 21, "85\n123")],
        *[("product_name", value) for value in ("x" * 201, "Heart\x00", "He\nart", "Heart\u202e!")],
        *[("price", value) for value in ("", "2,55.5", "-2.55", "2.555", "£2.55", "NaN", "1e3", "999999999.00")],
        *[("opening_stock", value) for value in ("", "-1", "1.5", "5.0", "2147483648", "١٢")],
    ],
)
def test_a_wrong_row_of_a_derived_catalogue_is_named(tmp_path: Path, column: str, value: str) -> None:
    wrong = [value if name == column else good for name, good in zip(CATALOGUE_COLUMNS, GOOD, strict=True)]
    path = derived(tmp_path, ["22423", *GOOD[1:]], wrong)

    with pytest.raises(CatalogueFileError, match=f"line 3: {column} cannot be "):
        read_catalogue(path)


@pytest.mark.parametrize("column", ["sku", "product_number", "product_name", "variant_name"])
def test_what_is_missing_is_named(tmp_path: Path, column: str) -> None:
    row = ["\u00a0" if name == column else good for name, good in zip(CATALOGUE_COLUMNS, GOOD, strict=True)]
    with pytest.raises(CatalogueFileError, match=f"line 2: {column} is missing"):
        read_catalogue(derived(tmp_path, row))


def test_codes_and_names_are_read_as_the_forms_of_staff_read_them(tmp_path: Path) -> None:
    (row,) = read_catalogue(derived(tmp_path, ["85-123a", "a 7", " Hanging\u00a0Heart", "White ", *GOOD[4:]])).rows
    assert (row.sku, row.product_number) == ("85-123A", "A 7")
    assert (row.product_name, row.variant_name) == ("Hanging Heart", "White")


def test_a_row_too_short_or_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueFileError, match="line 2: 2 columns instead of 6"):
        read_catalogue(derived(tmp_path, GOOD[:2]))
    with pytest.raises(CatalogueFileError, match="line 3: sku 85123A stands here a second time"):
        read_catalogue(derived(tmp_path, GOOD, GOOD))


def test_rows_that_say_different_things_of_their_product_are_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueFileError, match="line 3: Product 85123 is “Hanging Heart” in line 2"):
        read_catalogue(derived(tmp_path, GOOD, ["85123B", "85123", "Heart", *GOOD[3:]]))
    texts = [[*GOOD, "", "350", "", text, "", "", ""] for text in ("Of wood.", "Of tin.")]
    texts[1][0] = "85123B"
    with pytest.raises(CatalogueFileError, match="line 3: description of product 85123 is not the one in line 2"):
        read_catalogue(derived(tmp_path, *texts, columns=ALL_COLUMNS))


def derived(tmp_path: Path, *rows: list[str], columns: Sequence[str] = CATALOGUE_COLUMNS) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([columns, *rows])
    path = tmp_path / "derived.csv"
    path.write_bytes(text.getvalue().encode())
    return path
