"""The words of each product are made anew, by the rule of 0019."""

from django.db import migrations

reviewed = """
RunPython: batches of 500 products, each a transaction of its own. No add to a cart, hold or order waits for a product's
row; only writes of the same products wait, for one batch. A command would leave goods unfound until somebody ran it.
"""

# In the order of their ids, as every service locks them. Setting `search` runs the trigger that fills it.
BATCH = """
WITH batch AS (
    SELECT id FROM inventory_product WHERE id > %s ORDER BY id LIMIT 500 FOR NO KEY UPDATE
), written AS (
    UPDATE inventory_product SET search = NULL WHERE id IN (SELECT id FROM batch) RETURNING id
)
SELECT max(id) FROM written
"""


def make_words(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        last = 0
        while last is not None:
            cursor.execute(BATCH, [last])
            (last,) = cursor.fetchone()


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("inventory", "0019_search_by_any_spelling")]

    operations = [migrations.RunPython(make_words, migrations.RunPython.noop, elidable=True)]
