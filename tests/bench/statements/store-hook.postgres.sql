-- The statement that stores a hook, as the service sends it to PostgreSQL, with a value in place of each parameter.
-- The test in ../src/scripts/held.rs fails when the service sends anything else, and prints this file as it must be.
INSERT INTO lookups (order_id, due_time, hooks, failures, hints, hook_trace) SELECT id, now(), 1, 0, ',' || 'ord_1,', NULL FROM orders WHERE id
    = :order::uuid ON CONFLICT (order_id) DO UPDATE SET hooks = lookups.hooks + 1, due_time = CASE WHEN lookups.due_time <
    excluded.due_time THEN lookups.due_time ELSE excluded.due_time END, hints = CASE WHEN replace(lookups.hints, ',' ||
    'ord_1,', '') <> lookups.hints THEN lookups.hints WHEN length(lookups.hints) - length(replace(lookups.hints, ',', '')) >
    16 THEN lookups.hints ELSE lookups.hints || 'ord_1,' END, hook_trace = excluded.hook_trace;
