-- Copies the orders in `models` with all that belongs to them: `tests.orders` copies, each with ids of its own wherever one stands.
SET synchronous_commit = off;
-- What is copied refers to what was copied before it.
SET session_replication_role = replica;
CREATE FUNCTION pg_temp.other(id uuid, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS $$
    SELECT overlay(overlay(md5(id::text || n) PLACING '7' FROM 13) PLACING '8' FROM 17)::uuid
$$;
CREATE TEMPORARY TABLE ids AS
    SELECT id AS model, id FROM orders UNION SELECT order_id, id FROM operations UNION SELECT order_id, group_id FROM operations
    UNION SELECT order_id, id FROM shipments UNION SELECT order_id, id FROM refunds;
CREATE TEMPORARY TABLE copies AS
    SELECT n, m.id AS model, pg_temp.other(m.id, n) AS id, o.order_number, o.mollie_id
    FROM generate_series(1, current_setting('tests.orders')::bigint) AS n
    JOIN models m ON m.place = n % (SELECT count(*) FROM models)
    JOIN orders o ON o.id = m.id;
ANALYZE copies;
CREATE FUNCTION pg_temp.renamed(text text, c copies) RETURNS text STABLE LANGUAGE plpgsql AS $$
DECLARE
    old uuid;
BEGIN
    FOR old IN SELECT ids.id FROM ids WHERE ids.model = c.model LOOP
        text := replace(text, old::text, pg_temp.other(old, c.n)::text);
    END LOOP;
    RETURN replace(replace(text, coalesce(c.mollie_id, '-'), 'ord_copy' || c.n), c.order_number, 'copy-' || c.n);
END $$;
INSERT INTO orders SELECT r.* FROM orders t JOIN copies c ON c.model = t.id,
    jsonb_populate_record(t, jsonb_build_object('id', c.id, 'request_id', 'copy-' || c.n, 'order_number', 'copy-' || c.n,
        'held_number', CASE WHEN t.held_number IS NOT NULL THEN 'copy-' || c.n END, 'mollie_id', 'ord_copy' || c.n,
        'created_time', t.created_time + c.n * interval '1 microsecond', 'document', pg_temp.renamed(t.document, c))) r;
INSERT INTO requests SELECT r.* FROM requests t JOIN copies c ON c.model = t.order_id,
    jsonb_populate_record(t, jsonb_build_object('order_id', c.id, 'request_id', t.request_id || '-' || c.n,
        'group_id', pg_temp.other(t.group_id, c.n), 'shipment_id', pg_temp.other(t.shipment_id, c.n),
        'refund_id', pg_temp.other(t.refund_id, c.n))) r;
INSERT INTO operations SELECT r.* FROM operations t JOIN copies c ON c.model = t.order_id,
    jsonb_populate_record(t, jsonb_build_object('order_id', c.id, 'id', pg_temp.other(t.id, c.n),
        'key', pg_temp.other(t.key, c.n), 'group_id', pg_temp.other(t.group_id, c.n), 'task', pg_temp.renamed(t.task, c))) r;
INSERT INTO shipments SELECT r.* FROM shipments t JOIN copies c ON c.model = t.order_id,
    jsonb_populate_record(t, jsonb_build_object('order_id', c.id, 'id', pg_temp.other(t.id, c.n),
        'document', pg_temp.renamed(t.document, c))) r;
INSERT INTO refunds SELECT r.* FROM refunds t JOIN copies c ON c.model = t.order_id,
    jsonb_populate_record(t, jsonb_build_object('order_id', c.id, 'id', pg_temp.other(t.id, c.n),
        'document', pg_temp.renamed(t.document, c))) r;
INSERT INTO events SELECT r.* FROM events t JOIN copies c ON c.model = t.order_id,
    jsonb_populate_record(t, jsonb_build_object('order_id', c.id, 'data', pg_temp.renamed(t.data, c),
        'cause', pg_temp.renamed(t.cause, c))) r;
-- Events of orders of one time lie among each other in the stream.
INSERT INTO event_stream (position, order_id, sequence)
    SELECT (SELECT coalesce(max(position), 0) FROM event_stream) + row_number() OVER (ORDER BY c.n / 50, e.sequence, c.n),
        c.id, e.sequence
    FROM copies c JOIN events e ON e.order_id = c.model;
INSERT INTO lookups SELECT r.* FROM lookups t JOIN copies c ON c.model = t.order_id,
    jsonb_populate_record(t, jsonb_build_object('order_id', c.id)) r;
