"""The models come from `workers`, where version 1.0 had them. The tables keep their names, and nothing is done to them.

The content types take permissions, roles and the admin log along.
"""

import django.db.models.functions.datetime
from django.db import migrations, models

reviewed = "RunSQL: it changes a few rows of a small table"

_MOVE = """
    UPDATE django_content_type SET app_label = '{to}'
     WHERE app_label = '{was}' AND model IN ('letter')
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
                    name='Letter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(help_text='What it is for, such as stock_alerts.', max_length=50)),
                        ('to', models.EmailField(max_length=254)),
                        ('subject', models.CharField(max_length=200)),
                        ('text', models.TextField(blank=True, help_text='Forgotten once the letter is sent, and so is the HTML.')),
                        ('html', models.TextField(blank=True, default='')),
                        ('dedupe_key', models.CharField(help_text='A second letter of one key is not written.', max_length=200, unique=True)),
                        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('attempts', models.SmallIntegerField(default=0)),
                        ('sent_at', models.DateTimeField(blank=True, null=True)),
                        ('error', models.TextField(blank=True, default='')),
                        ('is_dead', models.BooleanField(default=False, help_text='Failed too often; waits for staff to retry or discard it.')),
                    ],
                    options={
                        'db_table': 'workers_letter',
                        'ordering': ['-id'],
                        'indexes': [models.Index(condition=models.Q(('sent_at__isnull', True)), fields=['due_at'], name='workers_letter_unsent'), models.Index(condition=models.Q(('sent_at__isnull', False)), fields=['sent_at'], name='workers_letter_sent')],
                    },
                ),
            ],
        ),
        migrations.RunSQL(_MOVE.format(was="workers", to="delivery"), _MOVE.format(was="delivery", to="workers")),
    ]
