from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0006_search")]

    operations = [
        migrations.AddField(
            model_name="product",
            name="photo",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                help_text="The name of a photograph in the storage; empty: the product is drawn.",
                max_length=32,
            ),
        ),
    ]
