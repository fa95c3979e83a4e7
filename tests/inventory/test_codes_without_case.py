"""The migration after which SKUs and numbers are unique whatever their capitals: it changes nothing where two clash."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from inventory.codes import rows_by_code
from inventory.models import Product, ProductVariant
from tests.support.databases import empty_database
from tests.upgrade.dumps import VERSIONS, load

_INDEXES = "SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid::regclass::text LIKE %s"


def execute(statement: str, *values: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0] if cursor.description else None


@pytest.mark.django_db(transaction=True)
def test_clashes_are_listed_and_stop_the_upgrade_until_the_owner_has_decided() -> None:
    with empty_database():
        load(VERSIONS[-1])
        one, other = ProductVariant.objects.values_list("sku", flat=True)[:2]
        low = f"{one.lower()}x"
        execute("UPDATE inventory_productvariant SET sku = %s WHERE sku = %s", low, one)
        execute("UPDATE inventory_productvariant SET sku = %s WHERE sku = %s", low.upper(), other)
        with pytest.raises(CommandError, match="unique without regard to case") as stopped:
            call_command("migrate", "inventory", verbosity=0)
        (clash,) = [line for line in str(stopped.value).splitlines() if line.startswith("  ")]
        assert sorted(clash.split()) == sorted(["sku", low, "and", low.upper()])
        assert "Then migrate again. Nothing was changed." in str(stopped.value)
        assert execute(_INDEXES, "%without_case") == 0
        execute("UPDATE inventory_productvariant SET sku = 'OTHER' WHERE sku = %s", low)
        call_command("migrate", "inventory", verbosity=0)
        assert execute(_INDEXES, "%without_case") == 2
    connection.ensure_connection()


@pytest.mark.django_db
def test_codes_are_found_in_batches_as_typed_or_in_other_capitals(
    variant: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory.codes._CODES_A_QUERY", 2)
    for sku in ("abc", "É1", "é\u202e", "X 1"):
        ProductVariant.objects.create(product=variant.product, sku=sku, name="One", price=1)
    typed = ["ABC", "é1", "é\u202e", "x\u00a01", "None", "abc"]
    found = rows_by_code(ProductVariant.objects.all(), "sku", typed)
    assert {text: row.sku for text, row in found.items()} == {
        "ABC": "abc",
        "é1": "É1",
        "é\u202e": "é\u202e",
        "x\u00a01": "X 1",
        "abc": "abc",
    }
    Product.objects.update(number="m-1")
    assert list(rows_by_code(Product.objects.all(), "number", ["M-1"])) == ["M-1"]
