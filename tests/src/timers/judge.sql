-- What was told of what was due. `late` is in microseconds.
WITH by_order AS (
    SELECT d.order_id, d.due, d.before_seconds, count(t.order_id) AS times, min(t.time) AS first, max(t.time) AS last,
        min(extract(epoch FROM e.time) * 1000000)::bigint AS written,
        bool_and(e.kind = 'deadline.warning' AND e.data LIKE '%"seconds_before":' || d.before_seconds || '}%') AS is_right
    FROM told_when_due d
    LEFT JOIN told t ON t.order_id = d.order_id
    LEFT JOIN events e ON e.order_id = t.order_id AND e.sequence = t.sequence
    GROUP BY d.order_id, d.due, d.before_seconds
)
SELECT
    count(*) AS due,
    count(*) FILTER (WHERE times = 0) AS missing,
    count(*) FILTER (WHERE times > 1) AS twice,
    count(*) FILTER (WHERE NOT is_right) AS wrong,
    (SELECT count(*) FROM told t WHERE NOT EXISTS (SELECT FROM told_when_due d WHERE d.order_id = t.order_id)) AS not_due,
    count(*) FILTER (WHERE first < due) AS early,
    count(*) FILTER (WHERE written < due) AS stamped_early,
    -- The next warning is armed, or none is left.
    (SELECT count(*) FROM told_when_due d LEFT JOIN timers n ON n.order_id = d.order_id
        WHERE n.due IS DISTINCT FROM CASE WHEN d.before_seconds > 86400 THEN d.due + (d.before_seconds - 86400) * 1000000 END
            OR n.lease_token IS NOT NULL) AS not_armed,
    coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY last - due), 0) AS late_p50,
    coalesce(percentile_disc(0.99) WITHIN GROUP (ORDER BY last - due), 0) AS late_p99,
    coalesce(max(last - due), 0) AS late_max
FROM by_order
