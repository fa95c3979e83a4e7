from typing import Any

from django.contrib.postgres.indexes import OpClass
from django.core.management import CommandError
from django.db import migrations, models
from django.db.models.functions import Upper

reviewed = """
RunPython: reads two columns of the catalogue; nothing waits for it
RunSQL: an index that is built CONCURRENTLY; a broken one of an earlier attempt is dropped in the same way
"""

CODES = [("product", "number"), ("productvariant", "sku")]


def refuse_clashes(apps: Any, schema_editor: Any) -> None:
    """Stop before anything is changed if two codes differ in case alone: only the owner knows which one is right."""
    clashes = [clash for table, column in CODES for clash in _clashes(schema_editor.connection, table, column)]
    if clashes:
        raise CommandError(
            "SKUs and product numbers are unique without regard to case from now on, and these are not:\n"
            + "\n".join(clashes)
            + "\nIn the back office of the running version, give all but one of each line another SKU or number "
            "(Shop floor: Variants, Products). Then migrate again. Nothing was changed."
        )


def _clashes(connection: Any, table: str, column: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT string_agg({column}, ' and ' ORDER BY {column}) FROM inventory_{table}"  # noqa: S608
            f" GROUP BY upper({column}) HAVING count(*) > 1 ORDER BY 1"
        )
        return [f"  {column} {codes}" for (codes,) in cursor.fetchall()]


def unique_without_case(table: str, column: str) -> list[Any]:
    """A unique index without waits, as the constraint that the model declares."""
    name = f"inventory_{table}_{column}_without_case"
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    create = f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON inventory_{table} (upper({column}) text_pattern_ops)"
    noun = {"product": "product has this number", "productvariant": "variant has this SKU"}[table]
    constraint = models.UniqueConstraint(
        OpClass(Upper(column), name="text_pattern_ops"),
        name=name,
        violation_error_message=f"Another {noun}; capitals make no difference.",
    )
    return [
        migrations.RunSQL(drop, migrations.RunSQL.noop),
        migrations.RunSQL(create, drop, state_operations=[migrations.AddConstraint(table, constraint)]),
    ]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("inventory", "0014_ledger_without_exception")]

    operations = [
        migrations.RunPython(refuse_clashes, migrations.RunPython.noop),
        *(operation for table, column in CODES for operation in unique_without_case(table, column)),
    ]
