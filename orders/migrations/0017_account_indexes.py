"""Accounts are found by user name and e-mail address in any case, at log-in and reset of a password, by an index.

The table is Django's, so its models cannot have these indexes.
"""

from django.conf import settings
from django.db import migrations

reviewed = """
RunSQL: each builds or drops one index beside its table, as AddIndexConcurrently does for tables of our own.
"""

INDEXES = {"orders_account_username": "username", "orders_account_email": "email"}


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("orders", "0016_sending_of_refunds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX CONCURRENTLY {name} ON auth_user (upper({column}::text))",
            f"DROP INDEX CONCURRENTLY {name}",
        )
        for name, column in INDEXES.items()
    ]
