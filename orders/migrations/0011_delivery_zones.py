import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

reviewed = """
AddConstraint: on the delivery methods, a handful of rows
"""

class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0010_addresses'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeliveryRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('free_from', models.DecimalField(blank=True, decimal_places=2, help_text='Costs nothing when the goods come to this much. Left empty: never free.', max_digits=10, null=True, validators=[django.core.validators.MinValueValidator(0)])),
                ('days_from', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='working days, at least')),
                ('days_to', models.PositiveSmallIntegerField(blank=True, help_text='Left empty: those of the delivery method.', null=True, verbose_name='working days, at most')),
            ],
            options={
                'verbose_name': 'delivery price',
                'ordering': ['method', 'zone'],
            },
        ),
        migrations.CreateModel(
            name='DeliveryStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('up_to_grams', models.PositiveIntegerField(blank=True, help_text='Left empty: any weight.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='up to (grams)')),
                ('price', models.DecimalField(decimal_places=2, max_digits=8, validators=[django.core.validators.MinValueValidator(0)])),
            ],
            options={
                'verbose_name': 'weight step',
                'ordering': ['up_to_grams'],
            },
        ),
        migrations.CreateModel(
            name='DeliveryZone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True)),
                ('countries', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, size=None)),
                ('place', models.PositiveSmallIntegerField(default=100, help_text='Small numbers are shown first.')),
            ],
            options={
                'ordering': ['place', 'name'],
            },
        ),
        migrations.AddField(
            model_name='deliverymethod',
            name='cut_off',
            field=models.PositiveSmallIntegerField(blank=True, help_text='15: an order before 15:00 leaves on the same working day, a later one on the next. Left empty: the day of the order counts whatever the hour.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(23)], verbose_name='cut-off hour'),
        ),
        migrations.AddField(
            model_name='deliverymethod',
            name='days_from',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='working days, at least'),
        ),
        migrations.AddField(
            model_name='deliverymethod',
            name='days_to',
            field=models.PositiveSmallIntegerField(blank=True, help_text='From these, pages say when an order arrives. Left empty: they do not.', null=True, verbose_name='working days, at most'),
        ),
        migrations.AddField(
            model_name='deliverymethod',
            name='is_elsewhere',
            field=models.BooleanField(db_default=True, default=True, help_text='Offered at this price, for any weight, in each country for which no delivery price is set. Unticked: offered in the zones of its delivery prices only.', verbose_name='also where no zone has a price'),
        ),
        migrations.AddConstraint(
            model_name='deliverymethod',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('days_from__isnull', True), ('days_to__isnull', True)), models.Q(('days_from__isnull', False), ('days_from__lte', models.F('days_to')), ('days_to__isnull', False)), _connector='OR'), name='orders_deliverymethod_days_in_order', violation_error_message='Give both numbers of working days or neither; the first is not above the second.'),
        ),
        migrations.AddField(
            model_name='deliveryrate',
            name='method',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rates', to='orders.deliverymethod'),
        ),
        migrations.AddField(
            model_name='deliverystep',
            name='rate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='orders.deliveryrate'),
        ),
        migrations.AddField(
            model_name='deliveryrate',
            name='zone',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rates', to='orders.deliveryzone'),
        ),
        migrations.AddConstraint(
            model_name='deliverystep',
            constraint=models.UniqueConstraint(fields=('rate', 'up_to_grams'), name='orders_deliverystep_one_per_weight', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='deliverystep',
            constraint=models.CheckConstraint(condition=models.Q(('price__gte', 0)), name='orders_deliverystep_price_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='deliverystep',
            constraint=models.CheckConstraint(condition=models.Q(('up_to_grams__gte', 1)), name='orders_deliverystep_weighs_something'),
        ),
        migrations.AddConstraint(
            model_name='deliveryrate',
            constraint=models.UniqueConstraint(fields=('method', 'zone'), name='orders_deliveryrate_one_per_zone', violation_error_message='This delivery method has a price in this zone. Change that one.'),
        ),
        migrations.AddConstraint(
            model_name='deliveryrate',
            constraint=models.CheckConstraint(condition=models.Q(('free_from__gte', 0)), name='orders_deliveryrate_free_from_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='deliveryrate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('days_from__isnull', True), ('days_to__isnull', True)), models.Q(('days_from__isnull', False), ('days_from__lte', models.F('days_to')), ('days_to__isnull', False)), _connector='OR'), name='orders_deliveryrate_days_in_order', violation_error_message='Give both numbers of working days or neither; the first is not above the second.'),
        ),
    ]
