from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(name="outboxrow", options={"ordering": ["id"], "verbose_name": "effect"}),
        migrations.AlterModelOptions(name="effectrun", options={"ordering": ["-id"], "verbose_name": "run"}),
    ]
