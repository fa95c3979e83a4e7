-- A shop after a busy year, made by the server alone. Numbers are spread by remainders, so each run has the same rows.
SET session_replication_role = replica;  -- no triggers and no foreign key checks, until the end

INSERT INTO inventory_category (slug, name, place)
SELECT 'bench-' || n, 'Category ' || n, n FROM generate_series(1, 12) n;

INSERT INTO inventory_product (id, number, name, slug, category_id, is_listed, photo)
SELECT n, 'P' || lpad(n::text, 6, '0'), 'Paper Parasol ' || n, 'paper-parasol-' || n,
       (SELECT min(id) FROM inventory_category) + n % 12, n % 50 <> 0, ''
  FROM generate_series(1, 25000) n;

INSERT INTO inventory_productvariant (id, product_id, sku, name, price, stock_quantity, reserved_quantity, low_stock_threshold, is_active)
SELECT n, 1 + n % 25000, 'P' || lpad((1 + n % 25000)::text, 6, '0') || chr(65 + n / 25000), 'Colour ' || n,
       1 + n % 40, n % 200, 0, 5, n % 33 <> 0
  FROM generate_series(0, 99999) n;

INSERT INTO inventory_stockmovement (variant_id, kind, delta, balance_after, reason, cause, actor_id, created_at)
SELECT n % 100000, (ARRAY['receipt', 'adjustment', 'opening', 'receipt'])[1 + n % 4], 1 + n % 7, 10 + n % 200,
       'Counted shelf ' || n % 900, 'file-' || n % 50, CASE WHEN n % 3 = 0 THEN 1 END, now() - (1000000 - n) * interval '30 s'
  FROM generate_series(1, 1000000) n;

INSERT INTO inventory_pricechange (variant_id, old_price, new_price, cause, actor_id, created_at)
SELECT n % 100000, n % 40, n % 40 + 1, 'file-' || n % 50, 1, now() - n * interval '1 min' FROM generate_series(1, 100000) n;

INSERT INTO inventory_lowstockalert (variant_id, level, stock_when_opened, told, opened_at, closed_at)
SELECT n % 100000, CASE WHEN n % 5 = 0 THEN 'out' ELSE 'low' END, n % 5, '', now() - n * interval '1 min',
       CASE WHEN n > 3000 THEN now() - n * interval '1 min' + interval '1 h' END
  FROM generate_series(1, 50000) n;

INSERT INTO auth_user (id, username, password, first_name, last_name, email, is_staff, is_superuser, is_active, date_joined)
SELECT n, 'customer' || n, '!', '', '', 'customer' || n || '@example.com', false, false, true, now() - n * interval '1 h'
  FROM generate_series(1000, 50999) n;

INSERT INTO cart_cart (id, user_id, guest_token, status, total_price, version, totals_version, created_at, updated_at)
SELECT n, CASE WHEN n <= 50000 THEN 999 + n END, CASE WHEN n > 50000 THEN md5(n::text)::uuid END,
       CASE WHEN n <= 80000 THEN 'open' ELSE 'abandoned' END, 4 * (n % 60), 4, CASE WHEN n % 100 = 0 THEN 3 ELSE 4 END,
       now() - n * interval '2 min', now() - n * interval '1 min'
  FROM generate_series(1, 250000) n;

INSERT INTO cart_cartitem (cart_id, product_variant_id, quantity, price, reserved_quantity, reserved_until, hold_extensions, created_at)
SELECT cart.id, (cart.id * 4 + line * 24999) % 100000, 1 + line % 3, 1 + cart.id % 40,
       CASE WHEN live THEN 1 + line % 3 ELSE 0 END,
       CASE WHEN live THEN now() + (cart.id % 3600 + 300) * interval '1 s' END, 0, cart.updated_at
  FROM (SELECT *, status = 'open' AND id % 4 = 0 AS live FROM cart_cart) cart, generate_series(1, 4) line;

UPDATE inventory_productvariant variant SET reserved_quantity = held.units
  FROM (SELECT product_variant_id, sum(reserved_quantity) AS units FROM cart_cartitem GROUP BY 1) held
 WHERE held.product_variant_id = variant.id;

-- A year of orders of three lines each: the newest wait for their money, then some to be shipped.
INSERT INTO orders_order (id, number, idempotency_key, user_id, state, goods_total, delivery_name, delivery_price, tax_rate, tax, total,
                          pay_by, email, name, street, street_2, city, postcode, country, created_at)
SELECT n, overlay(lpad(n::text, 8, '0') PLACING '-' FROM 5 FOR 0), 'bench-' || n, CASE WHEN n % 2 = 0 THEN 1000 + n % 50000 END,
       CASE WHEN n > 199500 THEN 'placed' WHEN n > 198000 THEN 'paid' WHEN n % 20 = 0 THEN 'cancelled' WHEN n % 50 = 1 THEN 'refunded'
            ELSE 'shipped' END,
       30, 'Standard', 3.95, 20, 5.66, 33.95, now() + (n - 199500) * interval '150 s', 'customer' || 1000 + n % 50000 || '@example.com',
       'Customer ' || n % 50000, n % 99 || ' Bench Row', '', 'London', 'N1 1AA', 'United Kingdom', now() - (200000 - n) * interval '150 s'
  FROM generate_series(1, 200000) n;

INSERT INTO orders_orderline (order_id, variant_id, sku, name, price, quantity, returned_quantity)
SELECT orders.id, variant.id, variant.sku, variant.name, 10, 1, (orders.state = 'refunded')::int
  FROM orders_order orders, generate_series(1, 3) line, inventory_productvariant variant
 WHERE variant.id = (orders.id * 4 + line * 24999) % 100000;

INSERT INTO orders_payment (order_id, provider, reference, amount, status, created_at, settled_at)
SELECT id, CASE WHEN id % 3 = 0 THEN 'invoice' ELSE 'testbank' END, 'bench-' || id, total,
       CASE state WHEN 'placed' THEN 'pending' WHEN 'cancelled' THEN 'refused' ELSE 'paid' END, created_at,
       CASE WHEN state <> 'placed' THEN created_at + interval '1 h' END
  FROM orders_order;

INSERT INTO orders_ordertransition (order_id, from_state, to_state, note, created_at)
SELECT id, '', 'placed', '', created_at FROM orders_order
UNION ALL SELECT id, 'placed', state, '', created_at + interval '1 h' FROM orders_order WHERE state <> 'placed';

INSERT INTO orders_refund (order_id, amount, reason, created_at, sent_at, sent_by_id)
SELECT id, total, 'Broken', created_at + interval '1 day', CASE WHEN id <= 190000 THEN created_at + interval '2 days' END,
       CASE WHEN id <= 190000 THEN 1 END
  FROM orders_order WHERE state = 'refunded';

INSERT INTO cart_stockaudit (ran_at, variants_checked, difference_count, differences, fixed, left_count)
SELECT now() - n * interval '1 day', 100000, 0, '[]', '[]', 0 FROM generate_series(1, 90) n;

INSERT INTO workers_analyticsevent (event_id, name, occurred_at, cart_id, variant_id, quantity, value, data)
SELECT md5('event' || n)::uuid, (ARRAY['add_to_cart', 'add_to_cart', 'remove_from_cart', 'stock_shortage'])[1 + n % 4],
       now() - (1000000 - n) * interval '3 s', 1 + n % 250000, n % 100000, 1 + n % 3, n % 90, '{}'
  FROM generate_series(1, 1000000) n;

INSERT INTO workers_outboxrow (effect, key, payload, event_id, created_at, due_at, attempts, error, is_dead)
SELECT (ARRAY['check_low_stock', 'record_analytics', 'recalculate_cart_totals'])[1 + n % 3], n::text, '{}', md5('event' || n)::uuid,
       now(), now(), CASE WHEN n % 100 = 0 THEN 8 ELSE 0 END, '', n % 100 = 0
  FROM generate_series(1, 50000) n;

INSERT INTO workers_effectrun (effect, task_id, started_at, milliseconds, row_ids, event_ids, error)
SELECT (ARRAY['check_low_stock', 'record_analytics', 'recalculate_cart_totals'])[1 + n % 3], md5('task' || n),
       now() - n * interval '6 s', n % 90, ARRAY[n, n + 1], ARRAY[md5('event' || n)::uuid], CASE WHEN n % 500 = 0 THEN 'boom' ELSE '' END
  FROM generate_series(1, 100000) n;

INSERT INTO workers_letter (kind, "to", subject, text, html, dedupe_key, created_at, due_at, attempts, sent_at, error, is_dead)
SELECT 'stock_alerts', 'customer' || n || '@example.com', 'Letter ' || n, '', '', 'letter-' || n, now() - n * interval '1 min', now(), 1,
       CASE WHEN n > 50 THEN now() - n * interval '1 min' END, '', false
  FROM generate_series(1, 100000) n;

INSERT INTO django_celery_results_taskresult
       (task_id, status, content_type, content_encoding, date_created, date_started, date_done, task_name, worker, meta)
SELECT md5('task' || n), CASE WHEN n % 20 = 0 THEN 'FAILURE' ELSE 'SUCCESS' END, 'application/json', 'utf-8',
       now() - n * interval '10 s', now() - n * interval '10 s', now() - n * interval '10 s',
       (ARRAY['sweep_holds', 'sweep_carts', 'audit_stock'])[1 + n % 3], 'worker@shop', '{}'
  FROM generate_series(1, 50000) n;

INSERT INTO django_admin_log (action_time, user_id, content_type_id, object_id, object_repr, action_flag, change_message)
SELECT now() - n * interval '2 min', 1, (SELECT id FROM django_content_type WHERE model = 'productvariant'), (n % 100000)::text,
       'Variant ' || n % 100000, 2, '[{"changed": {"fields": ["Price"]}}]'
  FROM generate_series(1, 200000) n;

SET session_replication_role = DEFAULT;
UPDATE inventory_product SET search = NULL;  -- the trigger makes the words
ANALYZE;
