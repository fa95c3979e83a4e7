"""The models are those of `outbox`, `delivery` and `analytics` now; their tables are left as they are."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("workers", "0004_figures_of_variants"),
        ("outbox", "0001_initial"),
        ("delivery", "0001_initial"),
        ("analytics", "0001_initial"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(
                    name='AnalyticsEvent',
                ),
                migrations.DeleteModel(
                    name='DailyFigure',
                ),
                migrations.DeleteModel(
                    name='EffectRun',
                ),
                migrations.DeleteModel(
                    name='Heartbeat',
                ),
                migrations.DeleteModel(
                    name='Letter',
                ),
                migrations.DeleteModel(
                    name='OutboxRow',
                ),
                migrations.DeleteModel(
                    name='ScheduledStart',
                ),
                migrations.DeleteModel(
                    name='UncountedDay',
                ),
            ],
        ),
    ]
