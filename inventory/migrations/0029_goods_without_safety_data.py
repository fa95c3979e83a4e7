from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("inventory", "0028_producers")]

    operations = [
        ValidateConstraint("product", name="inventory_product_warnings_or_none"),
        AddIndexConcurrently(
            "product",
            models.Index(
                name="inventory_product_no_safety",
                fields=["id"],
                condition=Q(is_listed=True) & (Q(producer__isnull=True) | Q(warnings="", needs_no_warnings=False)),
            ),
        ),
    ]
