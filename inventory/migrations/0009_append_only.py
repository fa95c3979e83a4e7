import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

# What was written stays written, whoever asks: forms, shells, plain SQL. The one exception is the ledger of what the
# oversell drill sells, whose units were never there and which goes with it. TRUNCATE is the table owner's and passes.
REFUSE = """
CREATE FUNCTION inventory_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER inventory_stockmovement_append_only BEFORE UPDATE OR DELETE ON inventory_stockmovement
    FOR EACH ROW EXECUTE FUNCTION inventory_append_only();
CREATE TRIGGER inventory_pricechange_append_only BEFORE UPDATE OR DELETE ON inventory_pricechange
    FOR EACH ROW EXECUTE FUNCTION inventory_append_only();
"""
ALLOW = """
DROP TRIGGER inventory_pricechange_append_only ON inventory_pricechange;
DROP TRIGGER inventory_stockmovement_append_only ON inventory_stockmovement;
DROP FUNCTION inventory_append_only;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0008_sold_and_ordered'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='stockmovement',
            options={'ordering': ['-id'], 'permissions': [('move_stock', 'Can receive and adjust stock')]},
        ),
        migrations.CreateModel(
            name='PriceChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('old_price', models.DecimalField(decimal_places=2, max_digits=10)),
                ('new_price', models.DecimalField(decimal_places=2, max_digits=10)),
                ('cause', models.CharField(blank=True, help_text='What set it off: a file, a command.', max_length=100)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('variant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='price_changes', to='inventory.productvariant')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('old_price', models.F('new_price')), _negated=True), name='inventory_pricechange_is_one')],
            },
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
