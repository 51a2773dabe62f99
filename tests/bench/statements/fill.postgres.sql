-- Clones every order that is there so many times, with all that belongs to it: `clones` is a setting. Ids and numbers are
-- new and older than the models, in the order of their time as the service's are; nothing is due while something is measured.
SET synchronous_commit = on;
-- What is cloned refers to what was cloned before it.
SET session_replication_role = replica;
CREATE FUNCTION pg_temp.id(model uuid, clone bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS $$
    SELECT (lpad(to_hex(1700000000000 - clone * 60000), 12, '0') || '7' || substr(md5(model::text || clone), 1, 19))::uuid
$$;
CREATE TEMPORARY TABLE clones AS
    SELECT id AS model, clone, pg_temp.id(id, clone) AS id FROM orders,
    generate_series(1, current_setting('bench.clones')::bigint) AS clone;
INSERT INTO orders SELECT n.* FROM orders t JOIN clones c ON c.model = t.id,
    jsonb_populate_record(t, jsonb_build_object('id', c.id, 'request_id', t.request_id || '-' || clone,
        'order_number', t.order_number || '-' || clone, 'held_number', t.held_number || '-' || clone,
        'mollie_id', t.mollie_id || '-' || clone, 'created_time', t.created_time - clone * interval '1 minute')) n;
INSERT INTO requests SELECT n.* FROM requests t JOIN clones c ON c.model = t.order_id,
    jsonb_populate_record(t, jsonb_build_object('order_id', c.id, 'request_id', t.request_id || '-' || clone,
        'shipment_id', pg_temp.id(t.shipment_id, clone), 'created_time', t.created_time - clone * interval '1 minute')) n;
INSERT INTO events SELECT n.* FROM events t JOIN clones c ON c.model = t.order_id,
    jsonb_populate_record(t, jsonb_build_object('order_id', c.id)) n;
INSERT INTO operations SELECT n.* FROM operations t JOIN clones c ON c.model = t.order_id,
    jsonb_populate_record(t, jsonb_build_object('order_id', c.id, 'id', pg_temp.id(t.id, clone), 'key', pg_temp.id(t.key, clone),
        'created_time', t.created_time - clone * interval '1 minute')) n;
INSERT INTO shipments SELECT n.* FROM shipments t JOIN clones c ON c.model = t.order_id,
    jsonb_populate_record(t, jsonb_build_object('order_id', c.id, 'id', pg_temp.id(t.id, clone),
        'mollie_id', t.mollie_id || '-' || clone, 'created_time', t.created_time - clone * interval '1 minute')) n;
INSERT INTO lookups SELECT n.* FROM lookups t JOIN clones c ON c.model = t.order_id,
    jsonb_populate_record(t, jsonb_build_object('order_id', c.id,
        'due_time', CASE WHEN t.due_time IS NULL THEN NULL ELSE now() + interval '10 years' END)) n;
-- Events get their positions as the service gives them.
INSERT INTO event_stream (position, order_id, sequence)
    SELECT (SELECT COALESCE(max(position), 0) FROM event_stream) + row_number() OVER (ORDER BY order_id, sequence),
        order_id, sequence
    FROM (SELECT order_id, sequence FROM events EXCEPT ALL SELECT order_id, sequence FROM event_stream
        EXCEPT ALL SELECT order_id, sequence FROM event_queue) AS cloned;
