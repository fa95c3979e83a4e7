"""The models come from `workers`, where version 1.0 had them. The tables keep their names, and nothing is done to them.

The content types take permissions, roles and the admin log along.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.functions.datetime
import uuid
from django.db import migrations, models

reviewed = "RunSQL: it changes a few rows of a small table"

_MOVE = """
    UPDATE django_content_type SET app_label = '{to}'
     WHERE app_label = '{was}' AND model IN ('heartbeat', 'scheduledstart', 'effectrun', 'outboxrow')
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
                    name='Heartbeat',
                    fields=[
                        ('name', models.CharField(max_length=50, primary_key=True, serialize=False)),
                        ('seen_at', models.DateTimeField()),
                    ],
                    options={
                        'db_table': 'workers_heartbeat',
                    },
                ),
                migrations.CreateModel(
                    name='ScheduledStart',
                    fields=[
                        ('name', models.CharField(max_length=100, primary_key=True, serialize=False)),
                        ('sent_at', models.DateTimeField()),
                    ],
                    options={
                        'db_table': 'workers_scheduledstart',
                    },
                ),
                migrations.CreateModel(
                    name='EffectRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('effect', models.CharField(max_length=50)),
                        ('task_id', models.CharField(blank=True, help_text='The Celery task that did it.', max_length=64)),
                        ('started_at', models.DateTimeField()),
                        ('milliseconds', models.IntegerField()),
                        ('row_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ('event_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                        ('error', models.TextField(blank=True, default='')),
                    ],
                    options={
                        'db_table': 'workers_effectrun',
                        'ordering': ['-id'],
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['event_ids'], name='workers_effectrun_events'), models.Index(fields=['started_at'], name='workers_effectrun_started')],
                    },
                ),
                migrations.CreateModel(
                    name='OutboxRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('effect', models.CharField(max_length=50)),
                        ('key', models.CharField(help_text='What the effect is about; rows of one key are done together.', max_length=64)),
                        ('payload', models.JSONField(default=dict)),
                        ('event_id', models.UUIDField(default=uuid.uuid4, help_text='Shared by the rows that one event asked for.')),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('attempts', models.SmallIntegerField(default=0)),
                        ('error', models.TextField(blank=True, default='')),
                        ('is_dead', models.BooleanField(default=False, help_text='Failed too often; waits for staff to retry or discard it.')),
                    ],
                    options={
                        'db_table': 'workers_outboxrow',
                        'ordering': ['id'],
                        'indexes': [models.Index(condition=models.Q(('attempts', 0), ('is_dead', False)), fields=['effect', 'id'], name='workers_outboxrow_fresh'), models.Index(condition=models.Q(('attempts__gt', 0), ('is_dead', False)), fields=['effect', 'due_at'], name='workers_outboxrow_failed'), models.Index(condition=models.Q(('is_dead', True)), fields=['id'], name='workers_outboxrow_dead'), models.Index(fields=['event_id'], name='workers_outboxrow_event')],
                    },
                ),
            ],
        ),
        migrations.RunSQL(_MOVE.format(was="workers", to="outbox"), _MOVE.format(was="outbox", to="workers")),
    ]
