"""The models come from `workers`, where version 1.0 had them. The tables keep their names, and nothing is done to them.

The content types take permissions, roles and the admin log along.
"""

import uuid
from django.db import migrations, models

reviewed = "RunSQL: it changes a few rows of a small table"

_MOVE = """
    UPDATE django_content_type SET app_label = '{to}'
     WHERE app_label = '{was}' AND model IN ('uncountedday', 'analyticsevent', 'dailyfigure')
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("workers", "0004_figures_of_variants"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='UncountedDay',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField(db_index=True)),
                    ],
                    options={
                        'db_table': 'workers_uncountedday',
                    },
                ),
                migrations.CreateModel(
                    name='AnalyticsEvent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('event_id', models.UUIDField(default=uuid.uuid4, help_text='Makes recording it twice impossible.', unique=True)),
                        ('name', models.CharField(max_length=30)),
                        ('occurred_at', models.DateTimeField()),
                        ('cart_id', models.BigIntegerField(blank=True, null=True)),
                        ('variant_id', models.BigIntegerField(blank=True, null=True)),
                        ('quantity', models.IntegerField(default=0)),
                        ('value', models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                        ('data', models.JSONField(blank=True, default=dict)),
                    ],
                    options={
                        'db_table': 'workers_analyticsevent',
                        'ordering': ['-id'],
                        'indexes': [models.Index(fields=['occurred_at'], name='workers_analyticsevent_at'), models.Index(fields=['name', '-id'], name='workers_analyticsevent_name'), models.Index(fields=['cart_id'], name='workers_analyticsevent_cart'), models.Index(fields=['variant_id'], name='workers_analyticsevent_variant')],
                    },
                ),
                migrations.CreateModel(
                    name='DailyFigure',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField(help_text='By TIME_ZONE.')),
                        ('name', models.CharField(max_length=30)),
                        ('variant_id', models.BigIntegerField(blank=True, help_text='Empty: of all variants together.', null=True)),
                        ('of_dropped', models.BooleanField(help_text='Of events that were dropped for their age.')),
                        ('events', models.BigIntegerField()),
                        ('quantity', models.BigIntegerField()),
                        ('value', models.DecimalField(decimal_places=2, max_digits=18)),
                    ],
                    options={
                        'db_table': 'workers_dailyfigure',
                        'ordering': ['-day', 'name', models.OrderBy(models.F('variant_id'), nulls_first=True)],
                        'indexes': [models.Index(condition=models.Q(('variant_id__isnull', True)), fields=['day'], name='workers_dailyfigure_totals'), models.Index(condition=models.Q(('variant_id__isnull', False)), fields=['variant_id', 'day'], include=('name', 'quantity'), name='workers_dailyfigure_variants')],
                        'constraints': [models.UniqueConstraint(fields=('day', 'name', 'variant_id', 'of_dropped'), name='workers_dailyfigure_once', nulls_distinct=False)],
                    },
                ),
            ],
        ),
        migrations.RunSQL(_MOVE.format(was="workers", to="analytics"), _MOVE.format(was="analytics", to="workers")),
    ]
