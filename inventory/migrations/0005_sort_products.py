from django.db import migrations


class Migration(migrations.Migration):
    """It sorted products by a rule that is the demo's now, in shops older than the first release.

    Each released database has run it, and a new one has no products at this point: so it does nothing.
    """

    dependencies = [("inventory", "0004_category")]

    operations = []
