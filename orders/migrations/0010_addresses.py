"""Orders and checkouts keep a phone number, notes and the address of the bill; accounts keep addresses."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0009_taxes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='checkout',
            name='billing_city',
            field=models.CharField(blank=True, db_default='', default='', max_length=80, verbose_name='town or city'),
        ),
        migrations.AddField(
            model_name='checkout',
            name='billing_country',
            field=models.CharField(blank=True, db_default='', default='', max_length=2, verbose_name='country'),
        ),
        migrations.AddField(
            model_name='checkout',
            name='billing_name',
            field=models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='full name'),
        ),
        migrations.AddField(
            model_name='checkout',
            name='billing_postcode',
            field=models.CharField(blank=True, db_default='', default='', max_length=16, verbose_name='postcode'),
        ),
        migrations.AddField(
            model_name='checkout',
            name='billing_street',
            field=models.CharField(blank=True, db_default='', default='', max_length=120, verbose_name='street and number'),
        ),
        migrations.AddField(
            model_name='checkout',
            name='billing_street_2',
            field=models.CharField(blank=True, db_default='', default='', max_length=120, verbose_name='flat, company or the like'),
        ),
        migrations.AddField(
            model_name='checkout',
            name='company',
            field=models.CharField(blank=True, db_default='', default='', max_length=120, verbose_name='company'),
        ),
        migrations.AddField(
            model_name='checkout',
            name='delivery_note',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='note for the courier'),
        ),
        migrations.AddField(
            model_name='checkout',
            name='gift_message',
            field=models.TextField(blank=True, db_default='', default='', max_length=500, verbose_name='gift message'),
        ),
        migrations.AddField(
            model_name='checkout',
            name='phone',
            field=models.CharField(blank=True, db_default='', default='', max_length=40, verbose_name='phone'),
        ),
        migrations.AddField(
            model_name='checkout',
            name='vat_id',
            field=models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='VAT number'),
        ),
        migrations.AddField(
            model_name='order',
            name='billing_city',
            field=models.CharField(blank=True, db_default='', default='', max_length=80, verbose_name='town or city'),
        ),
        migrations.AddField(
            model_name='order',
            name='billing_country',
            field=models.CharField(blank=True, db_default='', default='', max_length=2, verbose_name='country'),
        ),
        migrations.AddField(
            model_name='order',
            name='billing_name',
            field=models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='full name'),
        ),
        migrations.AddField(
            model_name='order',
            name='billing_postcode',
            field=models.CharField(blank=True, db_default='', default='', max_length=16, verbose_name='postcode'),
        ),
        migrations.AddField(
            model_name='order',
            name='billing_street',
            field=models.CharField(blank=True, db_default='', default='', max_length=120, verbose_name='street and number'),
        ),
        migrations.AddField(
            model_name='order',
            name='billing_street_2',
            field=models.CharField(blank=True, db_default='', default='', max_length=120, verbose_name='flat, company or the like'),
        ),
        migrations.AddField(
            model_name='order',
            name='company',
            field=models.CharField(blank=True, db_default='', default='', max_length=120, verbose_name='company'),
        ),
        migrations.AddField(
            model_name='order',
            name='delivery_note',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='note for the courier'),
        ),
        migrations.AddField(
            model_name='order',
            name='gift_message',
            field=models.TextField(blank=True, db_default='', default='', max_length=500, verbose_name='gift message'),
        ),
        migrations.AddField(
            model_name='order',
            name='phone',
            field=models.CharField(blank=True, db_default='', default='', max_length=40, verbose_name='phone'),
        ),
        migrations.AddField(
            model_name='order',
            name='vat_id',
            field=models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='VAT number'),
        ),
        migrations.CreateModel(
            name='SavedAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='full name')),
                ('street', models.CharField(max_length=120, verbose_name='street and number')),
                ('street_2', models.CharField(blank=True, default='', max_length=120, verbose_name='flat, company or the like')),
                ('city', models.CharField(max_length=80, verbose_name='town or city')),
                ('postcode', models.CharField(max_length=16, verbose_name='postcode')),
                ('country', models.CharField(max_length=60, verbose_name='country')),
                ('phone', models.CharField(blank=True, db_default='', default='', max_length=40, verbose_name='phone')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('is_default', models.BooleanField(db_default=False, default=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-is_default', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('user',), name='orders_savedaddress_one_default')],
            },
        ),
    ]
