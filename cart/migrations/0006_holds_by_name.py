from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cart", "0005_open_carts")]

    operations = [
        migrations.AlterModelOptions(
            name="cartitem",
            options={
                "ordering": ["id"],
                "permissions": [("manage_holds", "Can release and extend holds")],
                "verbose_name": "hold",
            },
        ),
    ]
