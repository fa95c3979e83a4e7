"""Two ways of delivery to begin with; staff change them as they like."""

from decimal import Decimal

from django.db import migrations

FIRST = [
    {"name": "Standard", "description": "2 to 4 working days", "price": Decimal("3.95"), "free_from": Decimal(50), "place": 1},
    {"name": "Express", "description": "Next working day", "price": Decimal("7.95"), "place": 2},
]


def add(apps, schema_editor):
    methods = apps.get_model("orders", "DeliveryMethod").objects
    methods.bulk_create([methods.model(**method) for method in FIRST], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
