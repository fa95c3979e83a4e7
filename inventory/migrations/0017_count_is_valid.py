from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("inventory", "0016_count")]

    operations = [ValidateConstraint("stockmovement", name="inventory_stockmovement_delta_not_zero")]
