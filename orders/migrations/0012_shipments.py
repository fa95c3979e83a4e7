import django.db.models.deletion
import django.db.models.functions.datetime
import orders.models.shipments
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0022_weight'),
        ('orders', '0011_delivery_zones'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Carrier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True)),
                ('tracking_url', models.CharField(blank=True, help_text='With {number} where the tracking number goes: https://carrier.example/track?parcel={number}. Left empty: its parcels have no link.', max_length=200, validators=[orders.models.shipments.validate_tracking_url], verbose_name='address to track a parcel')),
                ('is_active', models.BooleanField(default=True, help_text='Offered when an order is shipped.')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Shipment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tracking_number', models.CharField(blank=True, default='', max_length=60)),
                ('note', models.TextField(blank=True, default='', help_text='The customer reads it.')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ShipmentLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.IntegerField()),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='orderline',
            name='sent_back_quantity',
            field=models.IntegerField(db_default=0, default=0, editable=False, help_text='Units that came back after they had left.'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='shipped_quantity',
            field=models.IntegerField(db_default=0, default=0, editable=False, help_text='Units that left. Orders shipped by version 1.0 have 0.'),
        ),
        AddConstraintNotValid(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('shipped_quantity__gte', 0), ('shipped_quantity__lte', models.F('quantity'))), name='orders_orderline_shipped_at_most_all'),
        ),
        AddConstraintNotValid(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('sent_back_quantity__gte', 0), ('sent_back_quantity__lte', models.F('shipped_quantity')), ('sent_back_quantity__lte', models.F('returned_quantity'))), name='orders_orderline_sent_back_at_most_shipped'),
        ),
        migrations.AddConstraint(
            model_name='carrier',
            constraint=models.CheckConstraint(condition=models.Q(('tracking_url', ''), models.Q(('tracking_url__contains', '{number}'), ('tracking_url__startswith', 'https://')), _connector='OR'), name='orders_carrier_tracking_url_is_safe', violation_error_message='The address begins with https:// and has {number} in it.'),
        ),
        migrations.AddField(
            model_name='shipment',
            name='actor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='shipment',
            name='carrier',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='shipments', to='orders.carrier'),
        ),
        migrations.AddField(
            model_name='shipment',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shipments', to='orders.order'),
        ),
        migrations.AddField(
            model_name='shipmentline',
            name='order_line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shipped', to='orders.orderline'),
        ),
        migrations.AddField(
            model_name='shipmentline',
            name='shipment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.shipment'),
        ),
        migrations.AddConstraint(
            model_name='shipmentline',
            constraint=models.UniqueConstraint(fields=('shipment', 'order_line'), name='orders_shipmentline_one_per_line'),
        ),
        migrations.AddConstraint(
            model_name='shipmentline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='orders_shipmentline_quantity_at_least_one'),
        ),
    ]
