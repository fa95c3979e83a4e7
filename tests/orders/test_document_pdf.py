"""The PDF of a document, read as a reader of PDFs does: its words, its pages, its letters and its size."""

import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from orders.documents.facts import Facts, LineFacts
from orders.documents.pdf import pdf_of
from orders.models import Document
from tests.support.requiring import cannot_run

LINE: LineFacts = {
    "name": "Red mug",
    "sku": "R-1",
    "quantity": 2,
    "rate": "20.00",
    "net_price": "2.08",
    "price": "2.50",
    "total": "5.00",
}
FACTS: Facts = {
    "language": "en-gb",
    "currency": "GBP",
    "shop": "The Shop",
    "seller": ["The Shop Ltd", "1 Example Street", "London"],
    "seller_vat_id": "GB123456789",
    "seller_email": "shop@example.com",
    "customer": ["Ada Lovelace", "1 Analytical Row", "London", "N1 1AA", "United Kingdom"],
    "customer_vat_id": "DE811907980",
    "delivered_to": ["Charles Babbage", "5 Dorset Street", "Bath"],
    "order": "7K3M-Q9T2",
    "ordered_on": "2027-01-02",
    "paid_on": "2027-01-03",
    "sent_on": "",
    "corrects": "",
    "corrects_on": "",
    "lines": [LINE],
    "delivery_name": "Standard",
    "delivery": "3.95",
    "total": "8.95",
    "taxes": [{"rate": "20.00", "net": "7.46", "tax": "1.49"}],
    "transfer": None,
}
TRANSFER = {"account": "The Shop Ltd\nGB00 TEST 1234", "reference": "7K3M-Q9T2", "until": "2027-01-09T12:00:00+00:00"}
LONGEST = 10.0  # KB for each page after the first, which brings the fonts

Read = Callable[..., list[str]]


def made(**changes: object) -> bytes:
    """The PDF of an invoice with these facts changed."""
    kind = Document.Kind.CREDIT_NOTE if changes.get("corrects") else Document.Kind.INVOICE
    issued_at = datetime(2027, 1, 4, 12, tzinfo=UTC)
    return pdf_of(Document(kind=kind, number="INV-00001", issued_at=issued_at, snapshot=FACTS | changes))


@pytest.fixture
def read(tmp_path: Path, settings: Settings) -> Read:
    """The text of each page of a PDF, with single blanks between words."""
    if not shutil.which("pdftotext"):
        cannot_run("no reader of PDFs (on Debian: apt install poppler-utils)", required_by="REQUIRE_PDFTOTEXT")
    settings.SHOP_CURRENCY, settings.TIME_ZONE = "GBP", "UTC"

    def pages(**changes: object) -> list[str]:
        file = tmp_path / "document.pdf"
        file.write_bytes(made(**changes))
        text = subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True, text=True).stdout
        return [" ".join(page.split()) for page in text.split("\f") if page]

    return pages


def lines(count: int) -> list[LineFacts]:
    return [LINE | {"name": f"Thing {number}", "sku": f"T{number:04}"} for number in range(count)]


def test_all_that_the_law_asks_is_printed(read: Read) -> None:
    (page,) = read()
    for words in (
        *("Invoice INV-00001", "4 Jan 2027", "7K3M-Q9T2", "Ordered 2 Jan 2027", "Paid 3 Jan 2027"),
        *("The Shop Ltd", "1 Example Street", "GB123456789", "shop@example.com"),
        *("Ada Lovelace", "1 Analytical Row", "N1 1AA", "VAT number DE811907980", "Charles Babbage", "5 Dorset Street"),
        *("Red mug (R-1) 2 £2.08 20 % £2.50 £5.00", "Delivery: Standard £3.95"),
        *("20 % £7.46 £1.49", "Total £8.95", "Paid on 3 Jan 2027, with thanks.", "Page 1 of 1"),
    ):
        assert words in page, words


def test_a_transfer_says_to_whom_how_much_and_until_when(read: Read) -> None:
    (page,) = read(transfer=TRANSFER, paid_on="")
    for words in ("Please transfer the total by", "GB00 TEST 1234", "Reference 7K3M-Q9T2", "Amount £8.95"):
        assert words in page, words
    assert "with thanks" not in page


def test_a_credit_note_names_its_invoice(read: Read) -> None:
    (page,) = read(corrects="INV-00001", corrects_on="2027-01-01", delivery="0.00")
    for words in ("Credit note", "To the invoice INV-00001", "of 1 Jan 2027", "Credited in all £8.95"):
        assert words in page, words
    assert "Delivery: " not in page


def test_an_order_of_a_thousand_lines_loses_none_and_repeats_the_head(read: Read) -> None:
    pages = read(lines=lines(1000))
    assert len(pages) > 20
    found = re.findall(r"\(T(\d{4})\)", " ".join(pages))
    assert found == [f"{number:04}" for number in range(1000)]
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Invoice INV-00001" in page
        assert ("Price without tax" in page) == ("(T" in page)


@pytest.mark.parametrize("count", range(20, 50, 3))
def test_sums_and_account_are_never_parted(read: Read, count: int) -> None:
    """Wherever the page breaks."""
    pages = read(lines=lines(count), transfer=TRANSFER, paid_on="")
    together = (("Tax rate", "20 % £7.46 £1.49", "Total £8.95"), ("Please transfer", "Account", "Reference", "Amount"))
    for words in together:
        assert [page for page in pages if all(word in page for word in words)], words


@pytest.mark.parametrize("count", [1, 200, 1000])
def test_its_size_grows_with_its_pages_alone(count: int) -> None:
    content = made(lines=lines(count))
    pages = len(re.findall(rb"/Type /Page\b", content))
    assert len(content) < 1000 * (40 + LONGEST * pages)


@pytest.mark.parametrize(
    "name",
    [
        *("Ærøskøbing ÅØŒß ﬁn", "Žluťoučký kůň Łódź ŐŰ", "Đặng Thị Ngọc"),
        *("Καλημέρα κόσμε ἀρχή", "Съешь ещё этих мягких булок", "Ђорђе Љубљана ґанок", "€ £ ₴ ₽ ₺ “…” ‰"),
    ],
)
def test_letters_are_printed_and_can_be_searched(read: Read, name: str) -> None:
    (page,) = read(lines=[LINE | {"name": name}], customer=[name])
    assert page.count(name) == 2


def test_a_character_of_no_font_is_seen_to_be_missing(read: Read) -> None:
    (page,) = read(customer=["Ada 茶 King", "مرحبا Row"], lines=[LINE | {"name": "Tea 😀"}])
    for words in ("Ada � King", "����� Row", "Tea � (R-1)"):
        assert words in page, words


def test_long_words_and_long_names_stay_on_the_page(read: Read) -> None:
    word, name = "Donaudampfschifffahrt" * 8, " ".join(["hand-painted"] * 40)
    (page,) = read(lines=[LINE | {"name": word}, LINE | {"name": name}], customer=[word])
    bare = re.sub(r"[\s\d£.,%]", "", page)
    assert word[:20] in bare
    assert page.count("hand-painted") == 40


def test_the_same_document_is_the_same_file() -> None:
    assert made() == made()
