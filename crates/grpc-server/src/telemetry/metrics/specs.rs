//! Every metric that there is. Instruments are made from this table alone, and docs/operating.md is written from it.

/// What kind of number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// It only grows, in this process.
    Counter,
    /// How it is now, in this process.
    Gauge,
    /// How it was in the database when it was read last: every replica tells the same, so take `max`, never `sum`.
    Shared,
    Histogram,
}

/// A metric.
pub struct MetricSpec {
    pub name: &'static str,
    pub kind: MetricKind,
    pub unit: &'static str,
    pub labels: &'static [&'static str],
    pub meaning: &'static str,
}

macro_rules! metrics {
    ($($constant:ident = $name:literal, $kind:ident, $unit:literal, [$($label:literal),*], $meaning:literal;)*) => {
        $(pub const $constant: &MetricSpec = &MetricSpec {
            name: $name,
            kind: MetricKind::$kind,
            unit: $unit,
            labels: &[$($label),*],
            meaning: $meaning,
        };)*
        /// All of them.
        pub const METRICS: &[&MetricSpec] = &[$($constant),*];
    };
}

metrics!(
    CALLS = "rpc.server.call.duration", Histogram, "s", ["rpc.method", "rpc.response.status_code"],
        "How long calls took, by method and status. A stream counts when it ends. Methods that there are not count as `_OTHER`.";
    SHED = "orders.calls.shed", Counter, "{call}", ["gate"],
        "Calls and streams that were refused because their places were taken (`TOO_MANY_CALLS`), by the setting that bounds them.";
    STREAMS = "orders.streams.open", Gauge, "{stream}", [],
        "Streams of events that are open.";
    CONNECTIONS = "orders.connections.open", Gauge, "{connection}", ["port"],
        "Connections that are open, by port.";
    READY = "orders.replica.ready", Gauge, "", [],
        "1 while the replica is to be given calls, as `/readyz` says; otherwise 0.";
    UPTIME = "process.uptime", Gauge, "s", [],
        "How long the process has run.";
    POOL = "db.client.connection.count", Gauge, "{connection}", ["db.client.connection.state"],
        "Connections to the database: `idle`, or `used`, those among them that are being made.";
    POOL_MAX = "db.client.connection.max", Gauge, "{connection}", [],
        "How many connections to the database there may be. As many used for long: calls wait for one.";
    UNSETTLED = "orders.operations.unsettled", Shared, "{operation}", ["profile", "kind", "lane", "state"],
        "Operations that are not settled. `needs_attention` waits for a person.";
    OLDEST = "orders.operations.oldest_age", Shared, "s", ["profile", "kind", "lane", "state"],
        "How long the oldest of them has been recorded.";
    KEY_REFUSED = "orders.operations.key_refused", Shared, "{operation}", ["profile"],
        "Operations that wait because Mollie does not accept the profile's key. Anything above zero needs a person.";
    SETTLED = "orders.operations.settled", Counter, "{operation}", ["kind", "outcome"],
        "Operations that this process has settled.";
    SETTLING = "orders.operations.duration", Histogram, "s", ["kind", "outcome"],
        "How long they took from being recorded.";
    ITEMS = "orders.items.open", Shared, "{item}", ["profile", "mode"],
        "Review items that nobody has closed.";
    RAISED = "orders.items.raised", Counter, "{item}", ["kind", "mode"],
        "Review items that this process has raised.";
    AT_RISK = "orders.money.at_risk", Shared, "", ["profile", "mode", "currency", "reason", "within"],
        "Authorized money that is lost within a time (`passed`, `1d`, `3d`) if nothing is shipped, in units of its currency. Each order counts once, for its most urgent reason.";
    AT_RISK_ORDERS = "orders.money.at_risk_orders", Shared, "{order}", ["profile", "mode", "currency", "reason", "within"],
        "How many orders that is.";
    DEADLINES = "orders.deadlines.told", Counter, "{notice}", ["kind", "mode"],
        "What this process has told of deadlines. `deadline.lost`: money is gone.";
    RECEIVED = "orders.webhooks.received", Counter, "{webhook}", ["outcome"],
        "Webhooks that came: `stored`, `unknown` of no order of ours, or `not_stored` because the database did not answer.";
    HOOKS = "orders.webhooks.age", Histogram, "s", [],
        "How long webhooks waited until their order was read. Where its look-up was overdue as they came, or had failed, since that was due.";
    LOOKUP_LAG = "orders.lookups.lag", Shared, "s", [],
        "How long the look-up that is due longest waits.";
    LOOKUPS_PUT_OFF = "orders.lookups.put_off", Counter, "{lookup}", [],
        "Look-ups that were put off because no call was left for them.";
    TIMER_LAG = "orders.timers.lag", Shared, "s", [],
        "How long the timer that is due longest waits.";
    EVENTS_WAITING = "orders.events.waiting", Shared, "{event}", [],
        "Events that have no position yet, so nobody who watches has seen them.";
    EVENTS = "orders.events.positioned", Counter, "{event}", [],
        "Events that this process has given a position.";
    MOLLIE = "http.client.request.duration", Histogram, "s", ["http.request.method", "url.template", "outcome"],
        "How long Mollie's calls took, by path and by status, or by why there was no answer (`not_sent`, `lost`).";
    MOLLIE_DOWN = "orders.mollie.down", Gauge, "s", [],
        "For how long Mollie had answered nothing but errors when it was called last, from the third such call on; 0 while it answers.";
    RATE_LEFT = "orders.mollie.rate_left", Gauge, "{call}", ["quota"],
        "How many calls Mollie says are left, by its name of the quota; `_OTHER` beyond 64 names.";
    RATE = "orders.mollie.calls_per_second", Gauge, "{call}", ["profile"],
        "How many calls of Mollie all replicas together may begin in a second for a profile.";
    CALLS_WAITED = "orders.mollie.calls_waited", Counter, "{call}", ["rank"],
        "Calls of Mollie that had to wait for their turn: `first` moves money, `asked` is waited for, `spare` are look-ups.";
    CALLS_HELD_BACK = "orders.mollie.calls_held_back", Counter, "{call}", ["rank"],
        "Calls of Mollie that were not sent because they would have had to wait too long.";
    CERTIFICATES = "orders.security.certificate_expires", Gauge, "s", ["setting"],
        "In how long the first certificate ends of the file that a setting names; less than zero if it has ended.";
    FILE_AGE = "orders.security.file_age", Gauge, "s", ["setting"],
        "How long ago this process has taken into use what the file holds: with its start, or when it changed.";
    FILE_REFUSED = "orders.security.file_refused", Gauge, "", ["setting"],
        "1 while what the file holds cannot be used and what it held before is in use; otherwise 0.";
    SPANS_LOST = "orders.telemetry.spans_lost", Counter, "{span}", ["reason"],
        "Spans that no collector got: `dropped` because too many waited, or `refused`, because it answered with an error or not in time.";
    GAUGES_AGE = "orders.telemetry.gauges_age", Gauge, "s", [],
        "How long ago the database was read for the metrics that all replicas share.";
);
