"""From the invoice log to rows: what a line counts for, and how every line is accounted for."""

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.invoices import lines as codes
from demo.invoices.derive import NO_NAME, opening_stock
from demo.invoices.lines import LOG_COLUMNS, NOT_CHARGED, UNREADABLE, LogLine, parse_line
from inventory.catalogue.reading import Reading, read_catalogue
from inventory.catalogue.rows import CatalogueRow

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


def test_progress_is_told_while_reading_and_ends_at_all_of_it(log: WriteFile) -> None:
    told: list[tuple[int, float]] = []

    read_catalogue(log(*[("85123A",)] * 45_000), lambda lines, part: told.append((lines, part)))

    assert [lines for lines, _ in told] == [20_000, 40_000, 45_001]
    assert 0 < told[0][1] < told[1][1] < told[2][1] == 1.0
