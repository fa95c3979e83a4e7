"""A file that the shop wrote comes back as it is: whatever the goods are called, it is read, and changes nothing."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.one_line import code
from inventory.catalogue.rows import ALL_COLUMNS, read_rows
from inventory.imports.adjustments import plan_adjustments
from inventory.imports.catalogue import plan_catalogue
from inventory.imports.files import blank_lines, text_of
from inventory.imports.models import ImportJob
from inventory.models import Product, ProductVariant
from tests.inventory.imports.conftest import Kind, Upload, advanced, shown
from tests.inventory.imports.test_catalogue import HEADER, CatalogueUpload, Confirm, catalogue

pytestmark = pytest.mark.django_db
__all__ = ["catalogue"]


def typed(longest: int) -> st.SearchStrategy[str]:
    """What the forms of version 1.0 took: anything but NUL, without blanks around it."""
    letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    return (
        st.text(letters | st.sampled_from("'=-;\",\n\t abß\u00a0\u202e\u200b"), max_size=longest)
        .map(str.strip)
        .filter(bool)
    )


@settings(max_examples=150)
@given(st.lists(typed(20), min_size=2, max_size=2, unique_by=code), typed(20), typed(200), typed(200))
@example(["abc-low", "AB 12"], "A-77", "Salt & pepper\u00a0pot", "'-' tile")
@example(["\u202aAB\u202c", "-3"], "'=1", "one\r\nline", "x;=1+1")
@example(["e\u0301", "\x01"], "\u00ad", "＝", "\u200b")  # noqa: RUF001
def test_a_downloaded_file_changes_nothing(skus: list[str], number: str, name: str, variant_name: str) -> None:
    with transaction.atomic():
        product = Product.objects.create(number=number, name=name, slug="one")
        for sku in skus:
            ProductVariant.objects.create(product=product, sku=sku, name=variant_name, price="2.50")
        for kind, plan_of in [(Kind.CATALOGUE, plan_catalogue), (Kind.ADJUSTMENTS, plan_adjustments)]:
            plan = plan_of("".join(blank_lines(kind)).removeprefix("\ufeff"))
            assert (plan.rows, plan.errors, plan.differences) == (2, [], [])
        transaction.set_rollback(True)


def test_the_file_of_goods_is_the_one_that_the_command_loads() -> None:
    product = Product.objects.create(number="A-77", name="'-' tile", slug="tile")
    ProductVariant.objects.create(product=product, sku="AB 12", name="=1", price="2.50")
    lines = text_of("".join(blank_lines(Kind.CATALOGUE)).encode()).splitlines()[1:]
    (row,) = read_rows((line.split(",") for line in lines), ALL_COLUMNS)
    assert (row.sku, row.product_number, row.product_name, row.variant_name) == ("AB 12", "A-77", "'-' tile", "=1")
    assert row.price == Decimal("2.50")


def test_goods_are_found_in_whatever_letters_they_are_typed(
    upload: Upload, catalogue: CatalogueUpload, confirm: Confirm
) -> None:
    product = Product.objects.create(number="a1", name="Salt\u00a0pot", slug="pot")
    ProductVariant.objects.create(product=product, sku="abc-low", name="Red", price="2.50")
    assert shown(upload("sku,delta,reason", "Abc-Low,2,Found")) == [(2, "Abc-Low", "Units +2", "0", "2")]
    assert "stands in line 2 too" in errors_of(upload("sku,delta,reason", "abc-low,2,Found", "ABC-LOW,1,Found"))[0]
    job = catalogue("ABC-LOW,A1,Salt pot,Red,3.00,0", "new-1,a1,Salt pot,Blue,2.50,4", "New-2,b-2,Jug,Standard,1.00,0")
    assert [line[1:3] for line in shown(job)] == [
        ("abc-low", "Price"),
        ("NEW-1", "New variant"),
        ("NEW-2", "New product"),
        ("NEW-2", "New variant"),
    ]
    assert advanced(confirm(job)).state == ImportJob.State.APPLIED
    assert list(ProductVariant.objects.values_list("sku", "product__number", "product__slug")) == [
        ("NEW-1", "a1", "pot"),
        ("NEW-2", "B-2", "jug-b-2"),
        ("abc-low", "a1", "pot"),
    ]
    assert catalogue("NEW-1,A1,Salt pot,Blue,2.50,0").differences == 0


def errors_of(job: ImportJob) -> Sequence[str]:
    return list(job.lines.exclude(error="").values_list("error", flat=True))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            "M1\u202eC,M1,Mug,Green,2.50,1",
            "sku cannot be “M1\ufffdC”: It has a character that",
        ),
        ("M1\u200bC,M1,Mug,Green,2.50,1", "nobody can see (U+200B)"),
        ('M1C,M1,"Mug\nbig",Green,2.50,1', "product_name cannot be “Mug\ufffdbig”: It has a line break."),
        (f"M1C,M1,{'x' * 201},Green,2.50,1", "at most 200 characters (it has 201)"),
        (f"{'x' * 21},M1,Mug,Green,2.50,1", "at most 20 characters (it has 21)"),
        ("M1C,M1,Mug,\u00a0,2.50,1", "variant_name is missing."),
        ("M1C,M1,Mug,Green,£4.95,1", "price cannot be “£4.95”: write digits"),
    ],
)
def test_a_refusal_says_what_would_be_right(upload: Upload, row: str, says: str) -> None:
    (error,) = errors_of(upload(HEADER, row, kind=Kind.CATALOGUE))
    assert says in error


@pytest.mark.parametrize("reason", ['"two\nlines"', "turned\u202e"])
def test_a_reason_is_one_line_of_what_people_see(upload: Upload, reason: str) -> None:
    (error,) = errors_of(upload("sku,delta,reason", f"A,1,{reason}"))
    assert error.startswith("reason: It has a ")
