from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0021_tax_classes'),
    ]

    operations = [
        migrations.AddField(
            model_name='productvariant',
            name='weight_grams',
            field=models.PositiveIntegerField(blank=True, help_text='Packed, of one unit. Delivery may depend on it. Left empty: not known, and counted as 0.', null=True, verbose_name='weight (grams)'),
        ),
    ]
