"""An add changes its cart's row beside the old one: room on the page, and no index on a column that it changes."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

reviewed = "RunSQL: storage parameters of new pages; a lock that waits for nobody's reads or writes, for an instant."


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("cart", "0006_holds_by_name")]

    operations = [
        AddIndexConcurrently(
            model_name="cart",
            index=models.Index(
                name="cart_cart_open_guest_created",
                fields=["created_at"],
                condition=Q(status="open", guest_token__isnull=False),
            ),
        ),
        RemoveIndexConcurrently(model_name="cart", name="cart_cart_open_guest_updated"),
        migrations.RunSQL(
            "ALTER TABLE cart_cart SET (fillfactor = 50)",
            "ALTER TABLE cart_cart RESET (fillfactor)",
        ),
    ]
