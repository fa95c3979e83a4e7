"""A log of a dozen lines through the services: every line is accounted for, and stock is what is left of it."""

import csv
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from demo.invoices.lines import LOG_COLUMNS
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, Order
from tests.conftest import MakeVariant
from tests.support.invariants import broken_rules
from tests.support.shopping import stock
from tools.replay import Account, Replay, ServiceShop, WebShop, read_log
from tools.replay.log import Outcome

pytestmark = pytest.mark.django_db(transaction=True)

LINES = [
    ("1", "10001", "MUG", "3", "2.50", "7"),
    ("1", "10002", "LAMP", "2", "2.50", "7"),
    ("1", "POST", "POSTAGE", "1", "9.00", "7"),
    ("2", "10001", "MUG", "9", "2.50", "8"),  # seven are left
    ("3", "10001", "MUG", "7", "2.50", ""),
    ("4", "10001", "MUG", "1", "2.50", "9"),  # none is left, and the customer leaves
    ("C5", "10001", "MUG", "-2", "2.50", "7"),
    ("C6", "10002", "LAMP", "-5", "2.50", "7"),  # two were bought here
    ("C7", "10002", "LAMP", "-1", "2.50", "8"),  # never bought here
    ("8", "10003", "TRAY", "1", "2.50", "8"),  # not in the catalogue
    ("A9", "10001", "MUG", "-1", "2.50", ""),
    ("9", "10001", "?", "4", "0.00", ""),
]

BECAME = {
    Outcome.SOLD: 3,
    Outcome.ONLY_N_LEFT: 1,
    Outcome.SOLD_OUT: 1,
    Outcome.RETURNED: 1,
    Outcome.PARTLY_RETURNED: 1,
    Outcome.NOT_BOUGHT_HERE: 1,
    Outcome.NOT_SOLD_HERE: 1,
}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    with path.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(LOG_COLUMNS)
        for minute, (invoice, code, words, units, price, customer) in enumerate(LINES):
            writer.writerow([invoice, code, words, units, f"2011-01-01 10:{minute:02}:00", price, customer, "UK"])
    return path


@pytest.fixture
def delivery(db: None) -> DeliveryMethod:
    """Those of the migration are gone where a test emptied the tables."""
    prices = {"price": Decimal("3.95"), "free_from": Decimal(50)}
    return DeliveryMethod.objects.update_or_create(name="Standard", defaults=prices)[0]


@pytest.fixture
def goods(make_variant: MakeVariant) -> dict[str, ProductVariant]:
    """Ten mugs and ten lamps."""
    variants = {sku: make_variant(10) for sku in ("10001", "10002")}
    for sku, variant in variants.items():
        ProductVariant.objects.filter(pk=variant.pk).update(sku=sku)
    return variants


@pytest.mark.usefixtures("delivery")
def test_every_line_is_accounted_for(log: Path, goods: dict[str, ProductVariant]) -> None:
    read = read_log(log)
    assert (read.read, read.lines, read.skipped.total()) == (12, 9, 3)
    replay = Replay(read, ServiceShop(Account()), shoppers=1)
    assert replay.run(lambda seconds: None) is True
    assert replay.account.errors == []
    assert replay.account.lines == BECAME
    assert broken_rules() == {}
    assert (stock(goods["10001"]), stock(goods["10002"])) == ((2, 0), (10, 0))
    assert sorted(Order.objects.values_list("state", flat=True)) == ["paid", "paid"]


@pytest.mark.usefixtures("delivery")
def test_the_pages_sell_what_the_services_sell(
    log: Path, goods: dict[str, ProductVariant], serve: Callable[[], str]
) -> None:
    replay = Replay(read_log(log), WebShop(Account(), serve()), shoppers=1)
    assert replay.run(lambda seconds: None) is True
    assert replay.account.errors == []
    assert replay.account.lines == BECAME
    assert broken_rules() == {}
    assert (stock(goods["10001"]), stock(goods["10002"])) == ((2, 0), (10, 0))


@pytest.mark.usefixtures("delivery", "goods")
def test_the_command_reports_what_sold_what_did_not_and_what_is_left_to_do(log: Path) -> None:
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match="workers did not finish"):
        call_command("replay", str(log), shoppers=2, patience=0, stdout=out, stderr=err)
    report = out.getvalue()
    for words in (
        "read 12 lines",
        "3  sold (12 units)",
        "1  postage and carriage",
        "the audit of 2 variants found nothing",
    ):
        assert words in report


def test_without_goods_it_says_what_to_do(log: Path, delivery: object) -> None:
    with pytest.raises(CommandError, match="import_catalogue"):
        call_command("replay", str(log))


def test_without_a_log_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no such file"):
        call_command("replay", str(tmp_path / "missing.csv"))


def test_a_shop_that_is_not_there(log: Path, delivery: object) -> None:
    with pytest.raises(CommandError, match="does not answer"):
        call_command("replay", str(log), http="http://127.0.0.1:1")
    with pytest.raises(CommandError, match="is no address"):
        call_command("replay", str(log), http="shop")
