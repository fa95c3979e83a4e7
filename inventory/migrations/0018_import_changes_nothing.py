from django.db import migrations, models

reviewed = "AlterField: only the choices"


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0017_count_is_valid'),
    ]

    operations = [
        migrations.AlterField(
            model_name='importjob',
            name='state',
            field=models.CharField(choices=[('checking', 'Being checked'), ('checked', 'Waits for a decision'), ('unchanged', 'Changes nothing'), ('refused', 'Refused'), ('applying', 'Being applied'), ('applied', 'Applied'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='checking', max_length=20),
        ),
    ]
