import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations

# The words of a product: its name (weight A), and number, sku and name of its variants on sale (B). A trigger and not a
# generated column, since those of the variants stand in another table; and so no way of writing goes round it.
MAKE_TRIGGERS = """
CREATE FUNCTION inventory_product_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search :=
        setweight(to_tsvector('pg_catalog.english', NEW.name), 'A') ||
        setweight(to_tsvector('pg_catalog.english', NEW.number || ' ' || coalesce(
            (SELECT string_agg(sku || ' ' || name, ' ' ORDER BY sku)
               FROM inventory_productvariant WHERE product_id = NEW.id AND is_active), '')), 'B');
    RETURN NEW;
END $$;
CREATE TRIGGER inventory_product_words BEFORE INSERT OR UPDATE ON inventory_product
    FOR EACH ROW EXECUTE FUNCTION inventory_product_words();

CREATE FUNCTION inventory_productvariant_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Any update of a product makes its words anew.
    UPDATE inventory_product SET search = NULL WHERE id IN (OLD.product_id, NEW.product_id);
    RETURN NULL;
END $$;
-- Not for a change of stock: those columns are not listed.
CREATE TRIGGER inventory_productvariant_words
    AFTER INSERT OR DELETE OR UPDATE OF product_id, sku, name, is_active ON inventory_productvariant
    FOR EACH ROW EXECUTE FUNCTION inventory_productvariant_words();
UPDATE inventory_product SET search = NULL;
"""
DROP_TRIGGERS = """
DROP TRIGGER inventory_productvariant_words ON inventory_productvariant;
DROP FUNCTION inventory_productvariant_words;
DROP TRIGGER inventory_product_words ON inventory_product;
DROP FUNCTION inventory_product_words;
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0005_sort_products")]

    operations = [
        migrations.AddField(
            model_name="product",
            name="search",
            field=django.contrib.postgres.search.SearchVectorField(editable=False, null=True),
        ),
        migrations.RunSQL(MAKE_TRIGGERS, DROP_TRIGGERS),
        migrations.AddIndex(
            model_name="product",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search"], name="inventory_product_search"),
        ),
    ]
