"""The demo's catalogue: what is in the file that comes along, and the command that derives it from the log."""

import re
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Sum

from demo import CATALOGUE_FILE
from inventory.models import Product, ProductVariant, StockMovement
from tests.inventory.test_catalogue_import import LOG, run


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    return path


@pytest.mark.django_db
def test_the_demos_catalogue_is_small_and_reads_like_a_shop() -> None:
    assert CATALOGUE_FILE.stat().st_size < 400_000

    run()

    variants = ProductVariant.objects.all()
    assert variants.count() == 3_533
    assert not variants.filter(name="").exists()
    assert not variants.filter(price__lt=Decimal("0.01")).exists()
    names = "\n".join(Product.objects.values_list("name", flat=True))
    assert not re.search(r"(?m)^[^A-Z0-9]|[^A-Za-z0-9)\"']$|  |\?|[A-Z]{5}", names)
    assert not re.search(r"\b(Of|And|With|damaged?|wrongly|found|check)\b", names)
    assert not re.search(r"(?i)postage|gift voucher|manual|sample|bank charge", names)


@pytest.mark.django_db
def test_the_demos_catalogue_shows_every_state_of_stock() -> None:
    run()

    variants = ProductVariant.objects.all()
    out = variants.filter(stock_quantity=0).count()
    low = variants.filter(stock_quantity__gt=0, stock_quantity__lte=F("low_stock_threshold")).count()
    on_hand = variants.aggregate(units=Sum("stock_quantity"))["units"]
    assert (out, low) == (28, 191)
    assert StockMovement.objects.aggregate(units=Sum("delta"))["units"] == on_hand
    assert "Nothing changed: all 3,533 variants" in run()


def test_deriving_writes_what_importing_would_load(log: Path, tmp_path: Path) -> None:
    derived, again = tmp_path / "derived.csv", tmp_path / "again.csv"

    for output in (derived, again):
        call_command("derive_catalogue", str(log), output=output, stdout=StringIO(), stderr=StringIO())

    assert derived.read_text().splitlines() == [
        "sku,product_number,product_name,variant_name,price,opening_stock",
        "22423,22423,Regency Cakestand 3 Tier,Standard,12.75,0",
        "84997A,84997,Cutlery,Green,4.15,6",
        "84997B,84997,Cutlery,Red,4.15,260",
    ]
    assert derived.read_bytes() == again.read_bytes()


def test_deriving_from_a_broken_log_keeps_the_old_catalogue(log: Path, tmp_path: Path) -> None:
    derived = tmp_path / "derived.csv"
    derived.write_text("the old one")
    log.write_text("nonsense")

    with pytest.raises(CommandError, match="Expected the columns"):
        call_command("derive_catalogue", str(log), output=derived, stdout=StringIO(), stderr=StringIO())
    assert derived.read_text() == "the old one"


def test_progress_on_a_terminal_is_one_line_redrawn(log: Path) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    call_command("derive_catalogue", str(log), output=log.with_name("out"), stdout=StringIO(), stderr=terminal)

    assert terminal.getvalue() == "\rread 6 lines, 100%\n"
