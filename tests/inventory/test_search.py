"""The words that a product is found by: the database keeps them, whoever writes."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection

from inventory.models import Product, ProductVariant
from inventory.search import products_matching
from inventory.services import write_units_sold

pytestmark = pytest.mark.django_db


def words(product: Product) -> set[str]:
    """Without the pairs of words (D), and without whole names, numbers and SKUs, which have no weight."""
    with connection.cursor() as cursor:
        of = "SELECT tsvector_to_array(ts_filter(search, '{a,b}')) FROM inventory_product WHERE id = %s"
        cursor.execute(of, [product.pk])
        return set(cursor.fetchone()[0])


def lexemes(product: Product) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(search) FROM inventory_product WHERE id = %s", [product.pk])
        return set(cursor.fetchone()[0])


SPOIL = """
ALTER TABLE inventory_product DISABLE TRIGGER inventory_product_words;
UPDATE inventory_product SET search = 'untouched';
ALTER TABLE inventory_product ENABLE TRIGGER inventory_product_words;
"""


@pytest.fixture
def product() -> Product:
    return Product.objects.create(number="15044", name="Paper Parasols", slug="paper-parasols")


def test_a_product_has_its_words_from_the_start(product: Product) -> None:
    assert words(product) == {"paper", "parasol", "15044"}
    assert lexemes(product) - words(product) == {"paperparasol", "=paperparasols", "=15044"}


def test_those_of_its_variants_on_sale_are_among_them(product: Product) -> None:
    ProductVariant.objects.bulk_create(
        ProductVariant(product=product, sku=f"15044{letter}", name=name, price=1, is_active=letter != "C")
        for letter, name in [("A", "Pink"), ("B", "Blue"), ("C", "Grey")]
    )
    assert words(product) == {"paper", "parasol", "15044", "15044a", "15044b", "pink", "blue"}
    ProductVariant.objects.filter(sku="15044A").update(name="Rose", sku="15044R")
    ProductVariant.objects.filter(sku="15044B").delete()
    assert words(product) == {"paper", "parasol", "15044", "15044r", "rose"}


@pytest.mark.parametrize(
    ("change", "gone", "come"),
    [
        ({"name": "Rose"}, {"pink"}, {"rose"}),
        ({"sku": "Q7"}, {"x1"}, {"q7"}),
        ({"is_active": False}, {"x1", "pink"}, set()),
    ],
    ids=["name", "sku", "is_active"],
)
def test_each_column_that_has_words_is_watched_by_itself(
    product: Product, change: dict[str, object], gone: set[str], come: set[str]
) -> None:
    """`.update()` writes this column alone, where `save()` would touch the others too."""
    ProductVariant.objects.create(product=product, sku="X1", name="Pink", price=1)
    before = words(product)
    ProductVariant.objects.update(**change)
    assert words(product) == (before - gone) | come


def test_a_variant_that_moves_takes_its_words_along(product: Product) -> None:
    other = Product.objects.create(number="1", name="Fan", slug="fan")
    variant = ProductVariant.objects.create(product=product, sku="X", name="Pink", price=1)
    ProductVariant.objects.filter(pk=variant.pk).update(product=other)
    assert words(product) == {"paper", "parasol", "15044"}
    assert words(other) == {"fan", "1", "x", "pink"}


def test_a_stale_instance_writes_no_stale_words(product: Product) -> None:
    stale = Product.objects.get(pk=product.pk)
    Product.objects.filter(pk=product.pk).update(name="Silk Fan")
    stale.name = "Silk Fans"
    stale.save()
    assert words(product) == {"silk", "fan", "15044"}


def test_a_change_of_stock_leaves_the_product_alone(product: Product) -> None:
    """Every add to a cart would else write and lock the product's row."""
    ProductVariant.objects.create(product=product, sku="15044A", name="Pink", price=1)
    before = row_version(product)
    ProductVariant.objects.filter(sku="15044A").update(stock_quantity=5, price=2)
    assert row_version(product) == before


def test_a_count_of_units_sold_makes_no_words(product: Product) -> None:
    """It comes with every order, and to make words costs far more than to write a number."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # ALTER TABLE refuses while checks are pending
        cursor.execute(SPOIL)
    write_units_sold(units_by_product={product.pk: 7})
    product.refresh_from_db()
    assert product.units_sold == 7
    assert lexemes(product) == {"untouched"}
    Product.objects.update(number="7")
    assert words(product) == {"paper", "parasol", "7"}


def test_an_upgrade_makes_the_words_of_all_goods_anew() -> None:
    """By batches: more products than one batch has, with gaps between their ids."""
    names = [f"Crème {number}" for number in range(1100)]
    Product.objects.bulk_create(Product(number=f"N{n}", name=name, slug=f"n-{n}") for n, name in enumerate(names))
    Product.objects.filter(number__endswith="7").delete()
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {SPOIL}")
    assert products_matching("creme").count() == 0
    upgrade = import_module("inventory.migrations.0020_search_index")
    upgrade.make_words(None, SimpleNamespace(connection=connection))
    assert products_matching("creme").count() == Product.objects.count() == 990


def row_version(product: Product) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text FROM inventory_product WHERE id = %s", [product.pk])
        return str(cursor.fetchone()[0])
