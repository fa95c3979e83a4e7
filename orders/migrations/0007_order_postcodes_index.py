from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from core.typed_words import Code


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0006_order_names_index")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(Code("postcode"), name="orders_order_postcode"),
        ),
    ]
