-- So many variants (one a product), carts of guests, and lines that are held for a day. Triggers, which would take an
-- hour over search words and foreign keys, stay out of it: what they see to is true of these rows by construction.
SET session_replication_role = replica;
INSERT INTO inventory_product (id, number, name, slug, photo, is_listed)
SELECT n, 'P' || n, 'Good ' || n, 'good-' || n, '', TRUE FROM generate_series(1, %(variants)s) n;
INSERT INTO inventory_productvariant
       (id, product_id, sku, name, price, stock_quantity, reserved_quantity, low_stock_threshold, is_active)
SELECT n, n, 'P' || n, '', 3, 1000000, 0, 5, TRUE FROM generate_series(1, %(variants)s) n;
INSERT INTO cart_cart (id, guest_token, status, version, totals_version, total_price)
SELECT n, md5('guest ' || n)::uuid, 'open', 5, 0, 0 FROM generate_series(1, %(carts)s) n;
-- Five lines a cart, of variants that lie far apart.
INSERT INTO cart_cartitem
       (cart_id, product_variant_id, quantity, price, reserved_quantity, reserved_until, hold_extensions)
SELECT 1 + n %% %(carts)s, 1 + (n / %(carts)s * 7919 + n %% %(carts)s * 104729) %% %(variants)s, 1, 3, 1,
       clock_timestamp() + interval '1 day', 0
  FROM generate_series(0::bigint, %(lines)s - 1) n;
UPDATE inventory_productvariant variant SET reserved_quantity = held.units
  FROM (SELECT product_variant_id, sum(quantity) AS units FROM cart_cartitem GROUP BY product_variant_id) held
 WHERE held.product_variant_id = variant.id;
SELECT setval(pg_get_serial_sequence('cart_cart', 'id'), %(carts)s),
       setval(pg_get_serial_sequence('inventory_productvariant', 'id'), %(variants)s),
       setval(pg_get_serial_sequence('inventory_product', 'id'), %(variants)s);
