from django.db import migrations, models

reviewed = """
RunSQL: a function is replaced, which waits for nobody; then it changes one row, which an index finds
AlterField: only the help text
"""

# The oversell drill of version 1.0 deleted the ledger of what it sold. It has a database of its own now, so no row of
# the ledger is an exception any more.
REFUSE = """
CREATE OR REPLACE FUNCTION inventory_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Write a row that puts right what this one got wrong.';
END $$;
"""
EXCEPT_A_DRILL = """
CREATE OR REPLACE FUNCTION inventory_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM inventory_productvariant variant JOIN inventory_product product ON product.id = variant.product_id
         WHERE variant.id = OLD.variant_id AND product.number = 'OVERSELL-DRILL' AND NOT product.is_listed)
    THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', HINT = 'Write a row that puts right what this one got wrong.';
END $$;
"""
# A drill that was killed left its product behind, for the next drill to remove. None will: let nobody buy it.
TAKE_OFF_SALE = """
UPDATE inventory_productvariant variant SET is_active = FALSE FROM inventory_product product
 WHERE product.id = variant.product_id AND product.number = 'OVERSELL-DRILL' AND NOT product.is_listed;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0013_units_sold_index'),
    ]

    operations = [
        migrations.RunSQL(REFUSE, EXCEPT_A_DRILL),
        migrations.RunSQL(TAKE_OFF_SALE, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='product',
            name='is_listed',
            field=models.BooleanField(default=True, help_text='Shown to shoppers, and watched for low stock.'),
        ),
    ]
