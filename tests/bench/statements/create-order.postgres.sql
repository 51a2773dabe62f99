-- CreateOrder's statements, as the service sends them to PostgreSQL, with a value in place of each parameter.
-- The test in ../src/scripts/held.rs fails when the service sends anything else, and prints this file as it must be.
-- Documents, events and addresses are variables: the benchmark reads them from an order that the service has placed.
\set turn :turn + 1
\set unique :turn * 1000 + :client_id
WITH part_0 AS (INSERT INTO "requests" ("caller", "request_id", "method", "fingerprint", "order_id", "shipment_id", "refund_id",
    "return_id", "group_id", "created_time") VALUES ('anonymous', ('request-' || :unique), 'CreateOrder', '49bb6f600227c57dba52af93a364817e',
    lpad(:unique, 32, '0')::uuid, NULL, NULL, NULL, lpad(:unique, 32, '0')::uuid, now()) RETURNING 1),
part_1 AS (INSERT INTO "orders" ("id", "profile", "mode", "caller", "request_id", "order_number", "held_number", "mollie_id", "placement",
    "status", "currency", "amount_minor", "version", "created_time", "expires_time", "observed_time", "closed_time",
    "billing_address", "shipping_address", "consumer_date_of_birth", "open_items", "held_shipments", "open_operations",
    "ship_by", "ship_by_cause", "to_capture_minor", "timer_time", "document") VALUES (lpad(:unique, 32, '0')::uuid, 'main', 'test', 'anonymous', ('request-' || :unique), ('B' || :unique),
    ('B' || :unique), NULL, 'placing', NULL, 'EUR', 102799, 1, now(), NULL, NULL, NULL, :billing_address, :shipping_address,
    '1958-01-31', 0, 0, 1, NULL, NULL, 0, NULL, :recorded_document) RETURNING 1),
part_2 AS (INSERT INTO "events" ("order_id", "sequence", "time", "kind", "data", "cause", "actor") VALUES
    (lpad(:unique, 32, '0')::uuid, 1, now(), 'order.recorded', :recorded_event,
    ('{"request":{"caller":"anonymous","request_id":"request-' || :unique || '"}}'), NULL) RETURNING 1),
part_3 AS (INSERT INTO "event_queue" ("order_id", "sequence") VALUES (lpad(:unique, 32, '0')::uuid, 1) RETURNING 1),
part_4 AS (INSERT INTO "operations" ("id", "order_id", "turn", "profile", "group_id", "after_id", "kind", "lane", "task", "state",
    "yields", "key", "attempts", "deferrals", "unreadable", "created_time", "first_sent_time", "last_sent_time", "not_before",
    "settled_time", "rejection", "last_problem", "key_refused", "sealed", "actor", "caller", "lease_token", "lease_until", "trace") VALUES
    (lpad(:unique, 32, '0')::uuid, lpad(:unique, 32, '0')::uuid, 1, 'main', lpad(:unique, 32, '0')::uuid, NULL, 'place_order',
    'placement', :task, 'in_flight', false, lpad(:unique, 32, '0')::uuid, 0, 0, 0, now(), now(), now(), now(), NULL, NULL,
    NULL, false, NULL, NULL, 'anonymous', lpad(:unique, 32, '0')::uuid, (CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS
    BIGINT)) + 8000000, NULL) RETURNING 1)
SELECT (SELECT count(*) FROM part_0),
    (SELECT count(*) FROM part_1),
    (SELECT count(*) FROM part_2),
    (SELECT count(*) FROM part_3),
    (SELECT count(*) FROM part_4);
WITH part_0 AS (UPDATE "orders" SET "profile" = 'main', "mode" = 'test', "caller" = 'anonymous', "request_id" = ('request-' || :unique),
    "order_number" = ('B' || :unique), "held_number" = ('B' || :unique), "mollie_id" = ('ord_' || :unique), "placement" =
    'placed', "status" = 'created', "currency" = 'EUR', "amount_minor" = 102799, "version" = 2, "created_time" = now(),
    "expires_time" = (now() + interval '10 years'), "observed_time" = now(), "closed_time" = NULL, "billing_address" =
    :billing_address, "shipping_address" = :shipping_address, "consumer_date_of_birth" = '1958-01-31', "open_items" = 0,
    "held_shipments" = 0, "ship_by" = NULL, "ship_by_cause" = NULL, "to_capture_minor" = 0, "timer_time" = NULL,
    "document" = :placed_document, "open_operations" = "open_operations" + -1 WHERE "orders"."id" =
    lpad(:unique, 32, '0')::uuid AND "orders"."version" = 1 RETURNING 1),
part_1 AS (INSERT INTO "events" ("order_id", "sequence", "time", "kind", "data", "cause", "actor") VALUES
    (lpad(:unique, 32, '0')::uuid, 2, now(), 'order.placed', :placed_event,
    ('{"operation":"' || lpad(:unique, 32, '0')::uuid || '"}'), NULL) RETURNING 1),
part_2 AS (INSERT INTO "event_queue" ("order_id", "sequence") VALUES (lpad(:unique, 32, '0')::uuid, 2) RETURNING 1),
part_3 AS (UPDATE "operations" SET "order_id" = lpad(:unique, 32, '0')::uuid, "turn" = 1, "profile" = 'main', "group_id" =
    lpad(:unique, 32, '0')::uuid, "after_id" = NULL, "kind" = 'place_order', "lane" = 'placement', "task" = :task, "state" =
    'succeeded', "yields" = false, "key" = lpad(:unique, 32, '0')::uuid, "attempts" = 0, "deferrals" = 0, "unreadable" = 0,
    "created_time" = now(), "first_sent_time" = now(), "last_sent_time" = now(), "not_before" = now(), "settled_time" = now(),
    "rejection" = NULL, "last_problem" = NULL, "key_refused" = false, "sealed" = NULL, "actor" = NULL, "caller" = 'anonymous', "lease_token" = NULL,
    "lease_until" = NULL WHERE "operations"."id" = lpad(:unique, 32, '0')::uuid AND "operations"."lease_token" =
    lpad(:unique, 32, '0')::uuid RETURNING 1),
part_4 AS (INSERT INTO lookups (order_id, due_time, hooks, failures, hints, trace) VALUES (lpad(:unique, 32, '0')::uuid,
    (now() + interval '15 minutes'), 0, 0, ',', NULL) ON CONFLICT (order_id) DO UPDATE SET hooks = lookups.hooks + 1, due_time =
    CASE WHEN lookups.due_time < excluded.due_time THEN lookups.due_time ELSE excluded.due_time END, trace =
    COALESCE(excluded.trace, lookups.trace) RETURNING 1)
SELECT CASE WHEN (SELECT count(*) FROM part_0) <> 1 THEN refuse_change(0) END,
    (SELECT count(*) FROM part_1),
    (SELECT count(*) FROM part_2),
    CASE WHEN (SELECT count(*) FROM part_3) <> 1 THEN refuse_change(3) END,
    (SELECT count(*) FROM part_4);
SELECT "orders"."id", "orders"."profile", "orders"."mode", "orders"."caller", "orders"."request_id", "orders"."order_number",
    "orders"."held_number", "orders"."mollie_id", "orders"."placement", "orders"."status", "orders"."currency",
    "orders"."amount_minor", "orders"."version", "orders"."created_time", "orders"."expires_time", "orders"."observed_time",
    "orders"."closed_time", "orders"."billing_address", "orders"."shipping_address", "orders"."consumer_date_of_birth",
    "orders"."open_items", "orders"."held_shipments", "orders"."open_operations", "orders"."ship_by", "orders"."ship_by_cause",
    "orders"."to_capture_minor", "orders"."timer_time", "orders"."document" FROM "orders" WHERE
    "orders"."id" = lpad(:unique, 32, '0')::uuid LIMIT 1;
