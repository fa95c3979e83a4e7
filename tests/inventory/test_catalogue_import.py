"""Loading a catalogue: the command as staff and `make up` run it, on a real database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from inventory.catalogue.load import Loaded, load_catalogue, low_stock_threshold, product_slug
from inventory.catalogue.rows import CatalogueRow
from inventory.errors import CatalogueLoadError
from inventory.models import Product, ProductVariant, StockMovement, TaxClass
from inventory.signals import stock_changed
from tests.support.databases import somebody_waits
from tests.support.waiting import wait_until

LOG = """\
invoice_no,stock_code,description,quantity,invoice_date,unit_price,customer_id,country
536365,84997A,CUTLERY GREEN,6,2010-12-01 08:26:00,4.15,17850,United Kingdom
536365,84997B,CUTLERY RED,260,2010-12-01 08:26:00,4.15,17850,United Kingdom
536366,22423,REGENCY CAKESTAND 3 TIER,2,2010-12-01 09:00:00,12.75,17850,United Kingdom
C536367,22423,REGENCY CAKESTAND 3 TIER,-2,2010-12-01 10:00:00,12.75,17850,United Kingdom
536368,POST,POSTAGE,1,2010-12-01 11:00:00,18.00,17850,France
"""

CUTLERY = CatalogueRow("84997A", "84997", "Cutlery", "Green", Decimal("4.15"), 6)
CAKESTAND = CatalogueRow("22423", "22423", "Regency Cakestand", "Standard", Decimal("12.75"), 0)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    return path


@pytest.fixture
def announced() -> Iterator[list[set[int]]]:
    """The variants whose stock was announced as changed, one set for each time."""
    times: list[set[int]] = []

    def listen(variant_ids: list[int], **kwargs: Any) -> None:
        times.append(set(variant_ids))

    stock_changed.connect(listen)
    yield times
    stock_changed.disconnect(listen)


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("import_catalogue", *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue()


def everything() -> list[Any]:
    """All that a load can write."""
    tables = [Product, ProductVariant, StockMovement]
    return [list(table._default_manager.order_by("pk").values()) for table in tables]


@pytest.mark.django_db
def test_a_shop_without_sales_begins_with_what_it_has_most_of() -> None:
    """The newest product comes first where nothing was sold; of a file, that is the one with the largest stock."""
    plenty = replace(CAKESTAND, opening_stock=5)
    rows = [replace(CUTLERY, sku="1", product_number="1"), CUTLERY, plenty, replace(CUTLERY, sku="84997B")]
    load_catalogue(rows=rows, cause="test")
    numbers = Product.objects.order_by("-units_sold", "-id").values_list("number", flat=True)
    assert list(numbers) == ["84997", "1", "22423"]


@pytest.mark.django_db
def test_a_log_becomes_products_variants_and_opening_stock(log: Path, announced: list[set[int]]) -> None:
    output = run(log)

    variants = ProductVariant.objects.values_list("sku", "product__number", "product__name", "name", "price")
    assert list(variants) == [
        ("22423", "22423", "Regency Cakestand 3 Tier", "Standard", Decimal("12.75")),
        ("84997A", "84997", "Cutlery", "Green", Decimal("4.15")),
        ("84997B", "84997", "Cutlery", "Red", Decimal("4.15")),
    ]
    assert Product.objects.get(number="84997").slug == "cutlery-84997"
    assert "Created 2 products and 3 variants with 266 units of opening stock" in output
    stocked = ProductVariant.objects.filter(stock_quantity__gt=0).values_list("pk", flat=True)
    assert announced == [set(stocked)], "what has not come yet cannot have become low"
    assert len(stocked) == 2


@pytest.mark.django_db
def test_the_ledger_explains_every_unit(log: Path) -> None:
    run(log)

    movements = StockMovement.objects.order_by("variant__sku").values_list(
        "variant__sku", "kind", "delta", "balance_after", "cause", "variant__stock_quantity"
    )
    assert list(movements) == [
        ("84997A", "opening", 6, 6, "log.csv", 6),
        ("84997B", "opening", 260, 260, "log.csv", 260),
    ], "a variant without stock has no movement"


@pytest.mark.django_db
def test_every_line_is_in_the_table_at_the_end(log: Path) -> None:
    table = [line.rsplit(maxsplit=1) for line in run(log).splitlines()[:3]]

    assert [(label.strip(), count) for label, count in table] == [
        ("Lines read", "5"),
        ("taken", "4"),
        ("skipped: postage and carriage", "1"),
    ]


@pytest.mark.django_db
def test_a_second_run_changes_nothing_and_says_so(log: Path, announced: list[set[int]]) -> None:
    run(log)
    before = everything()
    announced.clear()

    assert "Nothing changed: all 3 variants were there before." in run(log)
    assert everything() == before
    assert announced == []


@pytest.mark.django_db
def test_what_staff_changed_stays_and_what_is_new_comes(log: Path) -> None:
    run(log)
    ProductVariant.objects.filter(sku="84997A").update(price=Decimal("9.99"), name="Emerald", stock_quantity=1)
    Product.objects.filter(number="84997").update(name="Picnic Cutlery")
    log.write_text(LOG + "536369,84997C,CUTLERY BLUE,5,2010-12-01 12:00:00,4.15,17850,France\n")

    assert "Created 0 products and 1 variant with 5 units" in run(log)
    variant = ProductVariant.objects.select_related("product").get(sku="84997A")
    assert (variant.price, variant.name, variant.stock_quantity) == (Decimal("9.99"), "Emerald", 1)
    assert variant.product.name == "Picnic Cutlery"
    assert ProductVariant.objects.get(sku="84997C").product == variant.product


@pytest.mark.django_db
def test_if_empty_loads_once(log: Path) -> None:
    assert "Created 2 products" in run(log, "--if-empty")
    before = everything()
    log.write_text(LOG + "536369,84997C,CUTLERY BLUE,5,2010-12-01 12:00:00,4.15,17850,France\n")

    assert run(log, "--if-empty") == "The shop has products already; with --if-empty nothing is loaded.\n"
    assert everything() == before


@pytest.mark.django_db
def test_if_empty_is_asked_again_under_the_lock() -> None:
    """Two first runs at once: the second found no product before it waited for the first."""
    load_catalogue(rows=[CUTLERY], cause="first")

    assert load_catalogue(rows=[CAKESTAND], cause="second", only_if_empty=True) is None
    assert not ProductVariant.objects.filter(sku="22423").exists()


@pytest.mark.django_db
def test_a_long_file_name_is_cut_for_the_ledger() -> None:
    load_catalogue(rows=[CUTLERY], cause="x" * 200 + "log.csv")

    cause = StockMovement.objects.get().cause
    assert len(cause) == 100
    assert cause.endswith("xlog.csv")


@pytest.mark.django_db
def test_a_broken_file_is_a_command_error_and_changes_nothing(log: Path) -> None:
    run(log)
    before = everything()
    log.write_bytes(b"\xfd7zXZ\x00" + b"not at all")

    with pytest.raises(CommandError, match="packed file"):
        run(log)
    with pytest.raises(CommandError, match="there is no such file"):
        run(log.with_name("nowhere.csv"))
    assert everything() == before


@pytest.mark.django_db
def test_a_load_that_fails_late_leaves_nothing() -> None:
    def fail(**kwargs: Any) -> None:
        raise ZeroDivisionError

    stock_changed.connect(fail)
    try:
        with pytest.raises(ZeroDivisionError):
            load_catalogue(rows=[CUTLERY, CAKESTAND], cause="test")
    finally:
        stock_changed.disconnect(fail)
    assert everything() == [[], [], []]


@pytest.mark.django_db
def test_a_product_of_staff_in_the_way_is_one_clear_error() -> None:
    Product.objects.create(number="MINE", name="Cutlery", slug="cutlery-84997")
    before = everything()

    with pytest.raises(CatalogueLoadError, match="collides with what the shop has") as caught:
        load_catalogue(rows=[CAKESTAND, CUTLERY], cause="test")

    assert "cutlery-84997" in str(caught.value), "the message names the product in the way"
    assert "\n" not in str(caught.value)
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_run_one_after_the_other() -> None:
    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction.atomic():
            first = load_catalogue(rows=[CUTLERY, CAKESTAND], cause="first")
            rival = pool.submit(load_on_own_connection)
            wait_until(somebody_waits, "the rival waits")
        second = rival.result(timeout=30)

    assert first == Loaded(products_created=2, variants_created=2, units_received=6, present=0)
    assert second == Loaded(products_created=0, variants_created=0, units_received=0, present=2)


def load_on_own_connection() -> Loaded | None:
    try:
        return load_catalogue(rows=[CUTLERY, CAKESTAND], cause="second")
    finally:
        connection.close()


def test_a_slug_fits_and_ends_with_the_number() -> None:
    assert product_slug("Children's Cutlery", "84997") == "childrens-cutlery-84997"
    assert product_slug("Set of 3: 日本", "DCGS0076") == "set-of-3-dcgs0076"
    assert product_slug("日本", "84997") == "84997"
    assert len(product_slug("heart " * 60, "84997")) <= 120
    assert "--" not in product_slug("heart " * 60, "84997")


@pytest.mark.parametrize(("opening_stock", "threshold"), [(0, 1), (1, 1), (13, 1), (14, 2), (12_032, 926)])
def test_staff_are_warned_when_a_week_is_left(opening_stock: int, threshold: int) -> None:
    assert low_stock_threshold(opening_stock) == threshold


@pytest.mark.django_db
def test_goods_are_loaded_with_their_tax_class(tmp_path: Path) -> None:
    path = tmp_path / "goods.csv"
    path.write_text(
        "sku,product_number,product_name,variant_name,price,opening_stock,tax_class\n"
        "M1A,M1,Mug,Blue,2.50,1,\nB1,B1,Book,Standard,5.00,1,Books\n"
    )
    with pytest.raises(CommandError, match="There is no tax class “Books”"):
        run(path)
    assert not Product.objects.exists()
    books = TaxClass.objects.create(name="Books", percent=0)
    run(path)
    assert dict(ProductVariant.objects.values_list("sku", "tax_class")) == {"M1A": None, "B1": books.pk}
