"""A catalogue file: what it would create and change, and that it changes no stock of what is there."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from inventory.imports import importers
from inventory.imports.catalogue_changes import change_catalogue
from inventory.imports.models import ImportJob
from inventory.models import PriceChange, Product, ProductVariant, StockMovement, TaxClass
from tests.inventory.imports.conftest import Upload, advanced, errors, shown
from tests.support.shopping import nothing_changes

pytestmark = pytest.mark.django_db(transaction=True)
State = ImportJob.State
Confirm = Callable[[ImportJob], ImportJob]
CatalogueUpload = Callable[..., ImportJob]
HEADER = "sku,product_number,product_name,variant_name,price,opening_stock"
MUG = "M1A,M1,Mug,Blue,2.50,10"
RED = "M1B,M1,Mug,Red,2.50,0"


@pytest.fixture
def catalogue(upload: Upload) -> CatalogueUpload:
    """Upload these rows as a catalogue and let it be checked."""
    return lambda *rows: upload(HEADER, *rows, kind=ImportJob.Kind.CATALOGUE, name="goods.csv")


@pytest.fixture
def mugs(catalogue: CatalogueUpload, confirm: Confirm) -> ImportJob:
    """Two mugs, imported."""
    return advanced(confirm(catalogue(MUG, RED)))


def variant(sku: str) -> ProductVariant:
    return ProductVariant.objects.select_related("product").get(sku=sku)


def test_new_goods_come_with_their_opening_stock(catalogue: CatalogueUpload, confirm: Confirm, manager: User) -> None:
    with nothing_changes():
        job = catalogue(MUG, RED)
    assert shown(job) == [
        (2, "M1A", "New product", "", "M1 Mug"),
        (2, "M1A", "New variant", "", "Blue, 2.50, 10 units"),
        (3, "M1B", "New variant", "", "Red, 2.50, 0 units"),
    ]
    job = advanced(confirm(job))
    assert job.state == State.APPLIED
    assert job.result.startswith("1 product and 2 variants created, with 10 units")
    movement = StockMovement.objects.get()
    assert (movement.variant.sku, movement.actor, movement.balance_after) == ("M1A", manager, 10)
    assert movement.cause == f"import {job.pk}: goods.csv"


def test_names_and_prices_change_and_stock_does_not(
    mugs: ImportJob, catalogue: CatalogueUpload, confirm: Confirm, manager: User
) -> None:
    job = catalogue("M1A,M1,Big mug,Sky blue,3.5,999", "M1B,M1,Big mug,Red,2.50,0")
    assert shown(job) == [
        (2, "M1A", "Product name", "Mug", "Big mug"),
        (2, "M1A", "Name", "Blue", "Sky blue"),
        (2, "M1A", "Price", "2.50", "3.50"),
    ]
    job = advanced(confirm(job))
    mug = variant("M1A")
    assert (mug.product.name, mug.name, mug.price) == ("Big mug", "Sky blue", Decimal("3.50"))
    assert (mug.stock_quantity, StockMovement.objects.count()) == (10, 1)
    change = PriceChange.objects.get()
    assert (change.variant, change.old_price, change.new_price) == (mug, Decimal("2.50"), Decimal("3.50"))
    assert (change.actor, change.cause) == (manager, f"import {job.pk}: goods.csv")


def test_prices_that_jump_are_warned_of_in_the_preview(
    mugs: ImportJob, catalogue: CatalogueUpload, client: Client, manager: User
) -> None:
    job = catalogue("M1A,M1,Mug,Blue,250,0", "M1B,M1,Mug,Red,2.75,0", "M1C,M1,Mug,Green,0,1")
    assert list(job.lines.values_list("line", "what", "note")) == [
        (2, "Price", "Is this right? £2.50 → £250.00: 100.0 times as much."),
        (3, "Price", ""),
        (4, "New variant", "Is this right? £0.00: nothing at all."),
    ]
    client.force_login(manager)
    page = client.get(reverse("admin:inventory_importjob_change", args=[job.pk])).content.decode()
    assert "2 prices would be nothing, or more than three times what they were" in page
    assert "lines 2, 4." in page


def test_the_same_file_again_would_change_nothing(mugs: ImportJob, catalogue: CatalogueUpload) -> None:
    job = catalogue(MUG, RED)
    assert (job.state, job.rows, job.differences) == (State.UNCHANGED, 2, 0)


def test_columns_may_stand_in_another_order(upload: Upload) -> None:
    job = upload(
        "price;sku;product_number;variant_name;product_name;opening_stock",
        "2,5;M1A;M1;Blue;Mug;10",
        kind=ImportJob.Kind.CATALOGUE,
    )
    assert shown(job)[1] == (2, "M1A", "New variant", "", "Blue, 2.50, 10 units")


@pytest.mark.parametrize(("written", "read"), [("2", "2.00"), ("2.5", "2.50"), ('"2,50"', "2.50"), ("2.05", "2.05")])
def test_prices_are_read_as_spreadsheets_write_them(catalogue: CatalogueUpload, written: str, read: str) -> None:
    assert shown(catalogue(f"M1A,M1,Mug,Blue,{written},10"))[1][4] == f"Blue, {read}, 10 units"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("M1C,M1,Mug,Green,2.505,1", "price cannot be “2.505”"),
        ('M1C,M1,Mug,Green,"1,234",1', "Write 1234 or 1.23."),
        ('M1C,M1,Mug,Green,"1.234,50",1', "write digits, and at most two more after a point or a comma"),
        ("M1C,M1,Mug,Green,£4.95,1", "such as 1234 or 4.95"),
        ("M1C,M1,Mug,Green,2.50,5.0", "in digits alone, here 5."),
        ("M1C,M1,Mug,Green,-1.00,1", "price cannot be “-1.00”"),
        ("M1C,M1,Mug,Green,2.50,-1", "opening_stock cannot be “-1”"),
        ("M1C,M1,Mug,,2.50,1", "variant_name is missing."),
        ("M1C,M1,Cup,Green,2.50,1", "Product M1 is “Mug” in line 2. Give it one name."),
        ("M1A,M1,Mug,Blue,2.50,1", "This SKU stands in line 2 too"),
        ("M1B,M2,Jug,Red,2.50,1", "This SKU belongs to product M1, not to M2"),
        ("M1C,M1,Mug", "3 columns instead of 6"),
    ],
)
def test_a_wrong_row_is_refused_by_its_line(mugs: ImportJob, catalogue: CatalogueUpload, row: str, says: str) -> None:
    with nothing_changes():
        job = catalogue(MUG, row)
    assert job.state == State.REFUSED
    assert list(errors(job)) == [3]
    assert says in errors(job)[3]


def test_a_price_that_was_changed_after_the_look_is_shown_again(
    mugs: ImportJob, catalogue: CatalogueUpload, confirm: Confirm
) -> None:
    job = confirm(catalogue("M1A,M1,Mug,Blue,3.50,0", "M1C,M1,Mug,Green,2.50,1"))
    ProductVariant.objects.filter(sku="M1A").update(price="2.75")
    with nothing_changes():
        job = advanced(job)
    assert (job.state, job.preview) == (State.CHECKED, 2)
    assert "Line 2, M1A: 2.50 when you looked, 2.75 now" in job.problem


@pytest.mark.parametrize(
    "rival",
    [
        lambda: ProductVariant.objects.filter(sku="M1A").update(price="2.75"),
        lambda: ProductVariant.objects.filter(sku="M1A").update(name="Navy"),
        lambda: Product.objects.filter(number="M1").update(name="Beaker"),
        lambda: ProductVariant.objects.create(product=variant("M1A").product, sku="M1C", name="Green", price="9.00"),
    ],
    ids=["price", "name", "product name", "new sku"],
)
def test_what_changes_between_the_look_and_the_locks_is_seen_under_them(
    mugs: ImportJob,
    catalogue: CatalogueUpload,
    confirm: Confirm,
    monkeypatch: pytest.MonkeyPatch,
    rival: Callable[[], object],
) -> None:
    job = confirm(catalogue("M1A,M1,Big mug,Sky,3.50,0", "M1C,M1,Big mug,Green,2.50,1"))
    change = change_catalogue

    def change_first(*arguments: object, **named: object) -> str:
        rival()
        return change(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(importers, "change_catalogue", change_first)
    job = advanced(job)
    assert job.state == State.CHECKED
    assert "nothing was applied" in job.problem
    assert (PriceChange.objects.count(), StockMovement.objects.count()) == (0, 1)


def test_goods_that_the_database_refuses_fail_the_import_whole(catalogue: CatalogueUpload, confirm: Confirm) -> None:
    Product.objects.create(number="X", name="Old", slug="mug-m1")
    job = confirm(catalogue("J1A,J1,Jug,Standard,2.50,1", MUG))
    with nothing_changes():
        job = advanced(job)
    assert job.state == State.FAILED
    assert "collides with what the shop has" in job.problem
    assert not Product.objects.filter(number="J1").exists()


class TestTaxClasses:
    @pytest.fixture
    def books(self) -> TaxClass:
        return TaxClass.objects.create(name="Books", percent=5)

    @pytest.fixture
    def with_classes(self, upload: Upload) -> CatalogueUpload:
        header = f"{HEADER},tax_class"
        return lambda *rows: upload(header, *rows, kind=ImportJob.Kind.CATALOGUE, name="goods.csv")

    def test_goods_get_and_lose_a_class(
        self, mugs: ImportJob, books: TaxClass, with_classes: CatalogueUpload, confirm: Confirm
    ) -> None:
        job = with_classes("M1A,M1,Mug,Blue,2.50,0,Books", "M1C,M1,Mug,Green,2.50,0,Books", f"{RED},")
        assert shown(job)[0] == (2, "M1A", "Tax class", "Default", "Books")
        job = advanced(confirm(job))
        assert job.result.endswith("0 prices and 0 names and 1 tax class changed.")
        assert [variant(sku).tax_class for sku in ("M1A", "M1B", "M1C")] == [books, None, books]
        job = with_classes("M1A,M1,Mug,Blue,2.50,0,")
        assert shown(job) == [(2, "M1A", "Tax class", "Books", "Default")]
        advanced(confirm(job))
        assert variant("M1A").tax_class is None

    def test_without_the_column_each_keeps_its_class(
        self, mugs: ImportJob, books: TaxClass, catalogue: CatalogueUpload, confirm: Confirm
    ) -> None:
        ProductVariant.objects.update(tax_class=books)
        advanced(confirm(catalogue("M1A,M1,Mug,Blue,3.50,0")))
        assert (variant("M1A").tax_class, variant("M1A").price) == (books, Decimal("3.50"))

    def test_an_unknown_class_refuses_its_row(self, books: TaxClass, with_classes: CatalogueUpload) -> None:
        told = "“books” is no tax class. Known: Books. Leave the cell empty for the default one."
        assert errors(with_classes(f"{MUG},books")) == {2: told}

    @pytest.mark.parametrize("change", ["class", "variant"])
    def test_what_changed_since_the_preview_is_planned_again(
        self, mugs: ImportJob, books: TaxClass, with_classes: CatalogueUpload, confirm: Confirm, change: str
    ) -> None:
        job = confirm(with_classes("M1A,M1,Mug,Blue,2.50,0,Books"))
        if change == "class":
            books.delete()
        else:
            ProductVariant.objects.update(tax_class=TaxClass.objects.create(name="Food", percent=0))
        assert advanced(job).state != State.APPLIED
        assert variant("M1A").tax_class != books


class TestContents:
    """The optional column with what is in a unit."""

    @pytest.fixture
    def filled(self, upload: Upload) -> CatalogueUpload:
        header = f"{HEADER},content"
        return lambda *rows: upload(header, *rows, kind=ImportJob.Kind.CATALOGUE, name="goods.csv")

    def contents(self) -> dict[str, str]:
        return dict(ProductVariant.objects.values_list("sku", "content"))

    def test_new_goods_and_existing_ones_get_it(
        self, mugs: ImportJob, filled: CatalogueUpload, confirm: Confirm
    ) -> None:
        job = filled(f"{MUG},500 g", f"{RED},", "M1C,M1,Mug,White,2.50,0,6 pieces")
        assert shown(job)[0] == (2, "M1A", "Content", "None", "500 g")
        assert "1 content changed" in advanced(confirm(job)).result
        assert self.contents() == {"M1A": "500 g", "M1B": "", "M1C": "6 pieces"}
        advanced(confirm(filled(f"{MUG},")))
        assert self.contents()["M1A"] == ""

    def test_without_the_column_it_stays(self, mugs: ImportJob, catalogue: CatalogueUpload, confirm: Confirm) -> None:
        ProductVariant.objects.update(content="500 g")
        advanced(confirm(catalogue("M1A,M1,Mug,Blue,3.50,0")))
        assert (self.contents()["M1A"], variant("M1A").price) == ("500 g", Decimal("3.50"))

    @pytest.mark.parametrize("typed", ["500", "0 g", "much"])
    def test_what_is_no_content(self, filled: CatalogueUpload, typed: str) -> None:
        assert "content cannot be" in errors(filled(f"{MUG},{typed}"))[2]


class TestWeights:
    """The optional column with the weight of a unit."""

    @pytest.fixture
    def weighed(self, upload: Upload) -> CatalogueUpload:
        header = f"{HEADER},weight_grams"
        return lambda *rows: upload(header, *rows, kind=ImportJob.Kind.CATALOGUE, name="goods.csv")

    def weights(self) -> dict[str, int | None]:
        return dict(ProductVariant.objects.values_list("sku", "weight_grams"))

    def test_new_goods_and_existing_ones_get_it(
        self, mugs: ImportJob, weighed: CatalogueUpload, confirm: Confirm
    ) -> None:
        job = weighed(f"{MUG},350", f"{RED},", "M1C,M1,Mug,White,2.50,0,0")
        assert shown(job)[0] == (2, "M1A", "Weight (grams)", "Not known", "350")
        assert "1 weight changed" in advanced(confirm(job)).result
        assert self.weights() == {"M1A": 350, "M1B": None, "M1C": 0}
        advanced(confirm(weighed(f"{MUG},")))
        assert self.weights()["M1A"] is None

    def test_without_the_column_it_stays(self, mugs: ImportJob, catalogue: CatalogueUpload, confirm: Confirm) -> None:
        ProductVariant.objects.update(weight_grams=350)
        advanced(confirm(catalogue("M1A,M1,Mug,Blue,3.50,0")))
        assert (self.weights()["M1A"], variant("M1A").price) == (350, Decimal("3.50"))

    @pytest.mark.parametrize("typed", ["1.5", "-1", "heavy"])
    def test_what_is_no_weight(self, weighed: CatalogueUpload, typed: str) -> None:
        assert "weight_grams cannot be" in errors(weighed(f"{MUG},{typed}"))[2]

    def test_a_weight_that_changed_since_the_preview_is_planned_again(
        self, mugs: ImportJob, weighed: CatalogueUpload, confirm: Confirm
    ) -> None:
        job = confirm(weighed(f"{MUG},350"))
        ProductVariant.objects.update(weight_grams=9)
        assert advanced(job).state != State.APPLIED
        assert self.weights()["M1A"] == 9
