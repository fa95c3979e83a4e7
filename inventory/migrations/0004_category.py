import django.db.models.deletion
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("inventory", "0003_product_is_listed")]

    operations = [
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.SlugField(
                        help_text="Its part of the address. Changed, old links break.", max_length=60, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                (
                    "place",
                    models.PositiveSmallIntegerField(default=100, help_text="Small numbers are shown first."),
                ),
            ],
            options={"ordering": ["place", "name"], "verbose_name_plural": "categories"},
        ),
        migrations.AddField(
            model_name="product",
            name="category",
            field=models.ForeignKey(
                blank=True,
                help_text="Left empty, the name decides.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="products",
                to="inventory.category",
            ),
        ),
    ]
