from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0007_order_postcodes_index")]

    operations = [
        AddIndexConcurrently(
            model_name="orderline",
            index=models.Index(Upper("sku"), name="orders_orderline_sku"),
        ),
    ]
