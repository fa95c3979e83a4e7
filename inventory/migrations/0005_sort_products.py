from django.db import migrations

from inventory.categories import DEPARTMENTS, category_of


def sort_products(apps, schema_editor):
    """As `inventory.sorting` does, with the models as they are at this point."""
    Category, Product = apps.get_model("inventory", "Category"), apps.get_model("inventory", "Product")
    products = list(Product.objects.values_list("pk", "name"))
    if not products:
        return  # an import brings the categories along, and an empty shop needs none
    Category.objects.bulk_create(
        Category(slug=one.slug, name=one.name, place=place) for place, one in enumerate(DEPARTMENTS, start=1)
    )
    for category in Category.objects.all():
        found = [pk for pk, name in products if category_of(name) == category.slug]
        Product.objects.filter(pk__in=found).update(category=category)


class Migration(migrations.Migration):
    # Apart from the column it fills: PostgreSQL does not alter a table with checks of a foreign key pending.
    dependencies = [("inventory", "0004_category")]

    operations = [migrations.RunPython(sort_products, migrations.RunPython.noop)]
