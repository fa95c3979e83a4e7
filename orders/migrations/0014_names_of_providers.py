from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0013_shipments_valid")]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="session",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="What the provider calls its page to pay at.",
                max_length=255,
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="transaction",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="What the provider calls the money that came.",
                max_length=255,
            ),
        ),
    ]
