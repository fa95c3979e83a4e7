"""How much of a product was sold lately; and a write of that number does not make the product's words anew."""

from django.db import migrations, models

reviewed = "RunSQL: replaces a trigger; a lock for an instant that waits for writes of products alone."

# Only the columns that words are made of, and the words themselves, which the variants' trigger sets to NULL.
WORDS_OF_NAMES = """
CREATE OR REPLACE TRIGGER inventory_product_words BEFORE INSERT OR UPDATE OF name, number, search ON inventory_product
    FOR EACH ROW EXECUTE FUNCTION inventory_product_words();
"""
WORDS_AT_EACH_UPDATE = """
CREATE OR REPLACE TRIGGER inventory_product_words BEFORE INSERT OR UPDATE ON inventory_product
    FOR EACH ROW EXECUTE FUNCTION inventory_product_words();
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0011_alerts_answered")]

    operations = [
        migrations.AddField(
            model_name="product",
            name="units_sold",
            field=models.IntegerField(
                db_default=0,
                default=0,
                editable=False,
                help_text="Units in orders of the last 90 days, less those that were cancelled, refunded or returned.",
                verbose_name="sold in 90 days",
            ),
        ),
        migrations.RunSQL(WORDS_OF_NAMES, WORDS_AT_EACH_UPDATE),
    ]
