from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from core.typed_words import WordVector


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0005_log_who_and_how")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=GinIndex(WordVector("name"), name="orders_order_name_words"),
        ),
    ]
