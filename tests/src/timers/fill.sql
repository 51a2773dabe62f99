-- Copies the orders in `models` with all that belongs to them, each copy with a deadline of its own. `tests.first` to `tests.last` are
-- the copies' numbers. Of those below `tests.due` the next warning is due at a time from `tests.begin` on, `tests.rate` of them in
-- each second, at its beginning: Mollie's times are whole seconds. That of the others is due in 7 to 25 days. Nothing is to be
-- looked up.
SET synchronous_commit = off;
-- What is copied refers to what was copied before it.
SET session_replication_role = replica;
CREATE FUNCTION pg_temp.setting(name text) RETURNS bigint STABLE LANGUAGE sql AS $$
    SELECT current_setting('tests.' || name)::bigint
$$;
-- In the order of their time, as the service's are.
CREATE FUNCTION pg_temp.id(n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS $$
    SELECT (lpad(to_hex(1700000000000 + n), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid
$$;
CREATE FUNCTION pg_temp.other(id uuid, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS $$
    SELECT md5(id::text || n)::uuid
$$;
-- As the service writes it.
CREATE FUNCTION pg_temp.written(t timestamptz) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
$$;
CREATE TEMPORARY TABLE copies AS
    SELECT n, m.before, o.id AS model, pg_temp.id(n) AS id, o.order_number, o.mollie_id, pg_temp.written(o.ship_by) AS old_time,
        next.due, next.due + m.before AS ship_by, pg_temp.written(next.due + m.before) AS new_time
    FROM generate_series(pg_temp.setting('first'), pg_temp.setting('last')) AS n
    JOIN models m ON m.place = n % (SELECT count(*) FROM models)
    JOIN orders o ON o.id = m.id,
    LATERAL (SELECT CASE
        WHEN n < pg_temp.setting('due') THEN to_timestamp(pg_temp.setting('begin') + n / pg_temp.setting('rate'))
        ELSE date_trunc('second', now()) + interval '7 days' + n % 1555200 * interval '1 second'
    END AS due) AS next;
ANALYZE copies;
CREATE FUNCTION pg_temp.renamed(text text, c copies) RETURNS text IMMUTABLE LANGUAGE sql AS $$
    SELECT replace(replace(replace(replace(text, c.model::text, c.id::text), c.old_time, c.new_time),
        c.mollie_id, 'ord_copy' || c.n), c.order_number, 'copy-' || c.n)
$$;
INSERT INTO orders SELECT n.* FROM orders t JOIN copies c ON c.model = t.id,
    jsonb_populate_record(t, jsonb_build_object('id', c.id, 'request_id', 'copy-' || c.n,
        'order_number', 'copy-' || c.n, 'held_number', 'copy-' || c.n, 'mollie_id', 'ord_copy' || c.n,
        'expires_time', c.ship_by, 'ship_by', c.ship_by, 'timer_time', c.due, 'document', pg_temp.renamed(t.document, c))) n;
INSERT INTO requests SELECT n.* FROM requests t JOIN copies c ON c.model = t.order_id,
    jsonb_populate_record(t, jsonb_build_object('order_id', c.id, 'request_id', 'copy-' || c.n,
        'group_id', pg_temp.other(t.group_id, c.n))) n;
INSERT INTO operations SELECT n.* FROM operations t JOIN copies c ON c.model = t.order_id,
    jsonb_populate_record(t, jsonb_build_object('order_id', c.id, 'id', pg_temp.other(t.id, c.n),
        'key', pg_temp.other(t.key, c.n), 'group_id', pg_temp.other(t.group_id, c.n))) n;
INSERT INTO events SELECT n.* FROM events t JOIN copies c ON c.model = t.order_id,
    jsonb_populate_record(t, jsonb_build_object('order_id', c.id, 'data', pg_temp.renamed(t.data, c))) n;
INSERT INTO event_stream (position, order_id, sequence)
    SELECT (SELECT coalesce(max(position), 0) FROM event_stream) + row_number() OVER (ORDER BY c.n, e.sequence), c.id, e.sequence
    FROM copies c JOIN events e ON e.order_id = c.model;
INSERT INTO lookups SELECT n.* FROM lookups t JOIN copies c ON c.model = t.order_id,
    jsonb_populate_record(t, jsonb_build_object('order_id', c.id, 'due_time', now() + interval '10 years')) n;
INSERT INTO timers (order_id, due, failures) SELECT id, (extract(epoch FROM due) * 1000000)::bigint, 0 FROM copies;
INSERT INTO told_when_due SELECT id, (extract(epoch FROM due) * 1000000)::bigint, extract(epoch FROM before)::bigint
    FROM copies WHERE n < pg_temp.setting('due');
