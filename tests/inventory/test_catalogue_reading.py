"""From a file to rows: what a log line counts for, how every line is accounted for, and how files can be broken."""

import csv
import io
import lzma
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.invoices import codes
from demo.invoices.derive import NO_NAME, opening_stock
from demo.invoices.lines import LOG_COLUMNS, NOT_CHARGED, UNREADABLE, LogLine, parse_line
from inventory.catalogue.files import CatalogueFileError
from inventory.catalogue.reading import Reading, read_catalogue
from inventory.catalogue.rows import CATALOGUE_COLUMNS, CatalogueRow, write_rows

WriteFile = Callable[..., Path]


@pytest.fixture
def log(tmp_path: Path) -> WriteFile:
    """Write an invoice log of (code, description, quantity, date, price) lines; `cancelled` lines start with C."""

    def write(*lines: tuple[object, ...], name: str = "log.csv") -> Path:
        path = tmp_path / name
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(LOG_COLUMNS)
            writer.writerows(log_line(*line) for line in lines)
        return path

    return write


def log_line(
    code: object = "85123A",
    description: object = "WHITE HANGING HEART T-LIGHT HOLDER",
    quantity: object = 6,
    date: object = "2010-12-01 08:26:00",
    price: object = "2.55",
) -> list[str]:
    invoice = "C536365" if str(quantity).startswith("-") else "536365"
    return [invoice, str(code), str(description), str(quantity), str(date), str(price), "17850", "France"]


def only_row(reading: Reading) -> CatalogueRow:
    [row] = reading.rows
    return row


def test_a_line_becomes_a_row(log: WriteFile) -> None:
    reading = read_catalogue(log(("85123a",)))

    assert reading.rows == [
        CatalogueRow("85123A", "85123", "White Hanging Heart T-Light Holder", "Standard", Decimal("2.55"), 6)
    ]


def test_spellings_of_one_code_are_one_variant(log: WriteFile) -> None:
    path = log(("84997A", "CUTLERY GREEN", 2), ("84997a", "CUTLERY GREEN", 3), ("84997B", "CUTLERY RED", 1))

    rows = read_catalogue(path).rows

    assert [(row.sku, row.product_name, row.variant_name, row.opening_stock) for row in rows] == [
        ("84997A", "Cutlery", "Green", 5),
        ("84997B", "Cutlery", "Red", 1),
    ]


def test_the_latest_positive_price_counts_wherever_it_stands(log: WriteFile) -> None:
    path = log(
        ("85123A", "HEART", 1, "2011-03-01 10:00:00", "2.95"),
        ("85123A", "HEART", 1, "2011-05-01 10:00:00", "0"),
        ("85123A", "HEART", 1, "2010-12-01 10:00:00", "2.55"),
    )

    assert only_row(read_catalogue(path)).price == Decimal("2.95")


def test_of_two_prices_at_one_moment_the_later_line_counts(log: WriteFile) -> None:
    path = log(("85123A", "HEART", 1, "2011-03-01 10:00:00", 2), ("85123A", "HEART", 1, "2011-03-01 10:00:00", 3))

    assert only_row(read_catalogue(path)).price == Decimal("3.00")


def test_the_most_common_description_counts_and_spacing_does_not(log: WriteFile) -> None:
    path = log(
        ("23209", "LUNCH BAG VINTAGE DOILY"),
        ("23209", "LUNCH BAG DOILEY PATTERN"),
        ("23209", "LUNCH BAG  DOILEY PATTERN "),
    )

    assert only_row(read_catalogue(path)).product_name == "Lunch Bag Doiley Pattern"


@pytest.mark.parametrize("note", ["damaged", "wrongly coded 20713", "?", "FOUND", "POSSIBLE DAMAGES OR LOST?", ""])
def test_a_note_by_staff_is_never_a_name(log: WriteFile, note: str) -> None:
    path = log(("20713", "JUMBO BAG OWLS"), *[("20713", note, -3, "2011-01-01 09:00:00", "0")] * 3)

    reading = read_catalogue(path)

    assert only_row(reading).product_name == "Jumbo Bag Owls"
    assert reading.skipped == {NOT_CHARGED: 3}
    assert only_row(reading).opening_stock == 6, "what was thrown away was not sold"


def test_a_description_without_words_is_never_a_name(log: WriteFile) -> None:
    path = log(("20713", "?"), ("20713", "?"), ("20713", "JUMBO BAG OWLS"))

    assert only_row(read_catalogue(path)).product_name == "Jumbo Bag Owls"


def test_cancellations_come_off_the_opening_stock(log: WriteFile) -> None:
    path = log(("23843", "PAPER CRAFT", 74_215), ("23843", "PAPER CRAFT", -74_215), ("23843", "PAPER CRAFT", 2))

    assert only_row(read_catalogue(path)).opening_stock == 2


def test_more_returned_than_sold_is_no_stock(log: WriteFile) -> None:
    assert only_row(read_catalogue(log(("84347", "ROTATING ANGELS", -9_360)))).opening_stock == 0


@pytest.mark.parametrize(
    ("units_sold", "days", "stock"),
    [(0, 274, 0), (1, 274, 1), (274, 274, 91), (275, 274, 92), (40, 91, 40), (40, 1, 40), (-5, 274, 0)],
)
def test_opening_stock_is_what_a_quarter_sells(units_sold: int, days: int, stock: int) -> None:
    assert opening_stock(units_sold, days=days) == stock


def test_opening_stock_fits_its_column(log: WriteFile) -> None:
    path = log(*[("85123A", "HEART", 2_147_483_647)] * 2)

    assert only_row(read_catalogue(path)).opening_stock == 2_147_483_647


def test_every_line_is_taken_or_skipped_for_a_reason(log: WriteFile) -> None:
    path = log(
        ("85123A",),
        ("85123A", "damaged", -3, "2011-01-01 09:00:00", "0"),
        ("POST", "POSTAGE"),
        ("23444", "Next Day Carriage"),
        ("M", "Manual"),
        ("gift_0001_20", "Dotcomgiftshop Gift Voucher £20.00"),
        ("22016", "Dotcomgiftshop Gift Voucher £100.00"),
        ("TEST001", "This is a test product."),
        ("WHATEVER", "SOMETHING ELSE"),
        ("85123A", "HEART", "six"),
        ("85123A", "HEART", 6, "yesterday"),
        ("85123A", "HEART", 6, "2011-01-01 09:00:00", "NaN"),
        ("85123A", "HEART", 6, "2011-01-01 09:00:00", "Infinity"),
        ("85123A", "HEART", 6, "2011-01-01 09:00:00", "100000000.00"),
        ("85123A", "HEART", 2**31),
        ("21622", ""),
    )

    reading = read_catalogue(path)

    assert (reading.read, reading.taken) == (16, 1)
    assert reading.skipped == {
        NOT_CHARGED: 1,
        codes.POSTAGE: 2,
        codes.FEE: 1,
        codes.VOUCHER: 2,
        codes.TEST: 1,
        codes.UNKNOWN_CODE: 1,
        UNREADABLE: 6,
        NO_NAME: 1,
    }
    assert reading.taken + reading.skipped.total() == reading.read


NUMBER_LIKE = st.one_of(
    st.integers().map(str), st.decimals().map(str), st.floats().map(str), st.sampled_from(["", "1e999999", "-1e99"])
)


@given(st.lists(st.text(max_size=40), max_size=10))
def test_no_line_of_any_shape_is_an_error(fields: list[str]) -> None:
    assert isinstance(parse_line(fields), LogLine | str)


@given(quantity=NUMBER_LIKE, price=NUMBER_LIKE, date=st.one_of(st.text(), st.datetimes().map(str)))
def test_no_number_or_date_is_an_error(quantity: str, price: str, date: str) -> None:
    line = parse_line(log_line("85123A", "HEART", quantity, date, price))

    assert isinstance(line, str) or (line.unit_price >= Decimal("0.01") and abs(line.quantity) < 2**31)


def test_dates_with_and_without_a_zone_stand_in_one_log(log: WriteFile) -> None:
    path = log(("1", "x"), ("85123A", "HEART", 1, "2011-01-01T09:00:00+00:00", 2), ("85123A", "HEART", 1))

    assert only_row(read_catalogue(path)).price == Decimal("2.00")


def test_a_packed_log_is_known_by_its_content(log: WriteFile, tmp_path: Path) -> None:
    plain = log(("85123A",))
    packed = tmp_path / "packed"
    packed.write_bytes(lzma.compress(plain.read_bytes()))

    assert read_catalogue(packed) == read_catalogue(plain)


def test_a_byte_order_mark_is_no_part_of_the_first_column(log: WriteFile, tmp_path: Path) -> None:
    marked = tmp_path / "marked.csv"
    marked.write_bytes(b"\xef\xbb\xbf" + log(("85123A",)).read_bytes())

    assert read_catalogue(marked).taken == 1


def test_rows_survive_being_written_and_read(log: WriteFile, tmp_path: Path) -> None:
    reading = read_catalogue(log(("85071C", 'SIGN "BUSY", RED'), ("90214A", 'LETTER "A" RING'), ("22423",)))
    derived = tmp_path / "derived.csv"
    with derived.open("w", newline="") as target:
        write_rows(target, reading.rows)

    assert read_catalogue(derived).rows == reading.rows


def broken_files() -> dict[str, tuple[bytes, str]]:
    header = ",".join(LOG_COLUMNS).encode()
    packed = lzma.compress(header + b"\n" + b"536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,1,France\n" * 9999)
    return {
        "empty": (b"", "its first line has nothing"),
        "blank first line": (b"\n" + header, "its first line has nothing"),
        "other columns": (b"sku,price\n1,2\n", "its first line has sku, price. Expected the columns of an invoice log"),
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


GOOD = ["85123A", "85123", "Hanging Heart", "White", "2.55", "12"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *[("sku", value) for value in ("", "x" * 21, "85123a", "851 23", "8512\x00")],
        *[("product_number", value) for value in ("", "85-123", "9" * 21)],
        *[("product_name", value) for value in ("", " Heart", "x" * 201, "Heart\x00", "He\nart")],
        *[("variant_name", value) for value in ("", "White ")],
        *[("price", value) for value in ("", "2,55.5", "-2.55", "2.555", "£2.55", "NaN", "1e3", "999999999.00")],
        *[("opening_stock", value) for value in ("", "-1", "1.5", "5.0", "2147483648", "١٢")],
    ],
)
def test_a_wrong_row_of_a_derived_catalogue_is_named(tmp_path: Path, column: str, value: str) -> None:
    wrong = [value if name == column else good for name, good in zip(CATALOGUE_COLUMNS, GOOD, strict=True)]
    path = derived(tmp_path, ["22423", *GOOD[1:]], wrong)

    with pytest.raises(CatalogueFileError, match=f"line 3: {column} cannot be "):
        read_catalogue(path)


def test_a_row_too_short_or_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueFileError, match="line 2: 2 columns instead of 6"):
        read_catalogue(derived(tmp_path, GOOD[:2]))
    with pytest.raises(CatalogueFileError, match="line 3: sku 85123A stands here a second time"):
        read_catalogue(derived(tmp_path, GOOD, GOOD))


def derived(tmp_path: Path, *rows: list[str]) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([CATALOGUE_COLUMNS, *rows])
    path = tmp_path / "derived.csv"
    path.write_bytes(text.getvalue().encode())
    return path


def test_progress_is_told_while_reading_and_ends_at_all_of_it(log: WriteFile) -> None:
    told: list[tuple[int, float]] = []

    read_catalogue(log(*[("85123A",)] * 45_000), lambda lines, part: told.append((lines, part)))

    assert [lines for lines, _ in told] == [20_000, 40_000, 45_001]
    assert 0 < told[0][1] < told[1][1] < told[2][1] == 1.0
