from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0015_documents")]

    operations = [
        migrations.AddField(
            model_name="refund",
            name="queued_at",
            field=models.DateTimeField(blank=True, help_text="When a provider was first to send it.", null=True),
        ),
        migrations.AddField(
            model_name="refund",
            name="transaction",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="What the provider calls it.", max_length=255
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="failure",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Why the money came back to the provider.",
                max_length=200,
            ),
        ),
    ]
