"""The log of an order says who did something where it was not staff, and a refund how its money was sent."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

reviewed = """
AlterField: varchar(200) and text are stored alike, so PostgreSQL reads no row; the others change help texts.
"""


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0004_country_codes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='ordertransition',
            name='by',
            field=models.CharField(blank=True, choices=[('customer', 'The customer'), ('payment', 'The payment provider'), ('clock', 'The clock'), ('staff', 'A member of staff who left')], db_default='', default='', help_text='Empty: it was not recorded.', max_length=10),
        ),
        migrations.AddField(
            model_name='refund',
            name='sent_how',
            field=models.CharField(blank=True, db_default='', default='', help_text="How it was sent, such as the transfer's date.", max_length=200),
        ),
        migrations.AlterField(
            model_name='order',
            name='number',
            field=models.CharField(editable=False, max_length=16, unique=True),
        ),
        migrations.AlterField(
            model_name='ordertransition',
            name='actor',
            field=models.ForeignKey(blank=True, help_text='Nobody where it was not staff, or where the account is deleted.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='ordertransition',
            name='note',
            field=models.TextField(blank=True),
        ),
    ]
