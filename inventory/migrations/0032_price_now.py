from django.db import migrations

reviewed = "RunSQL: functions, which lock no table"

# Of a variant and its own price: what it costs now.
PRICE_NOW = """
CREATE FUNCTION inventory_price_now(bigint, numeric) RETURNS numeric STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN least($2, (SELECT price FROM inventory_reduction
                       WHERE variant_id = $1 AND starts_at <= statement_timestamp()
                         AND (ends_at IS NULL OR ends_at > statement_timestamp())));
END $$;
"""

# Of a variant, its own price, and the start and price of a reduction: the lowest price of the 30 days before (Directive
# 98/6/EC, Article 6a(2)). That is before the first of a row of reductions that follow each other without a break, each
# lower than the one before, as Article 6a(5) has it. Both kinds of history count: PriceChange for the variant's own price, and earlier reductions.
# - The own price just before the start is in the window, however old it is. The price history has it as the old price
#   of the first change after that moment; without one it is the price that the variant has.
# - Each change inside the window has two prices that were in force in it, before and after. So what was in force when
#   the window opened is found with the first of them, also if it was the variant's first price, which has no line.
# - While an earlier reduction ran, the lower of its price and the own price was in force, so both may count.
LOWEST_BEFORE = """
CREATE FUNCTION inventory_lowest_before(bigint, numeric, timestamptz, numeric) RETURNS numeric STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN (
    WITH RECURSIVE step AS (
        SELECT $3 AS starts_at, $4 AS price
         UNION ALL
        SELECT earlier.starts_at, earlier.price
          FROM step JOIN inventory_reduction earlier
            ON earlier.variant_id = $1 AND earlier.ends_at = step.starts_at AND earlier.price > step.price)
    SELECT least(
               coalesce((SELECT later.old_price FROM inventory_pricechange later
                          WHERE later.variant_id = $1 AND later.created_at >= began
                          ORDER BY later.id LIMIT 1), $2),
               (SELECT min(least(change.old_price, change.new_price)) FROM inventory_pricechange change
                 WHERE change.variant_id = $1 AND change.created_at < began
                   AND change.created_at > began - interval '30 days'),
               (SELECT min(earlier.price) FROM inventory_reduction earlier
                 WHERE earlier.variant_id = $1 AND earlier.starts_at < began
                   AND earlier.ends_at > began - interval '30 days'))
      FROM (SELECT min(starts_at) AS began FROM step) first);
END $$;
"""
DROP = """
DROP FUNCTION inventory_lowest_before;
DROP FUNCTION inventory_price_now;
"""


class Migration(migrations.Migration):

    dependencies = [('inventory', '0031_content')]

    operations = [migrations.RunSQL(PRICE_NOW + LOWEST_BEFORE, DROP)]
