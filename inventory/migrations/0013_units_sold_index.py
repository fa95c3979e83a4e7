from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("inventory", "0012_units_sold")]

    operations = [
        AddIndexConcurrently(
            model_name="product",
            index=models.Index(fields=["units_sold", "id"], name="inventory_product_units_sold"),
        ),
    ]
