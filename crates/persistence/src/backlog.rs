//! How much waits, and for how long: figures for those who operate the service. Each statement reads an index of what is open, so it costs
//! by what waits, not by what there is. It may not decide what is too much.

use std::time::Duration;

use domain::ports::StoreError;
use domain::rules::money::{Currency, Money};
use jiff::{SignedDuration, Timestamp};
use sea_orm::prelude::TimeDateTimeWithTimeZone;
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};

use crate::database::Database;
use crate::error::store_error;
use crate::session::Session;
use crate::{lease, moment};

/// What waits at one moment.
#[derive(Clone, Debug, Default)]
pub struct Backlog {
    pub operations: Vec<Unsettled>,
    pub items: Vec<OpenItems>,
    pub at_risk: Vec<AtRisk>,
    /// How long the look-up that is due longest waits.
    pub lookup_lag: Duration,
    /// The same of timers.
    pub timer_lag: Duration,
    /// Events without a position.
    pub events: u64,
}

/// Operations of one kind that are not settled.
#[derive(Clone, Debug)]
pub struct Unsettled {
    pub profile: String,
    pub kind: String,
    pub lane: String,
    pub state: String,
    pub count: u64,
    /// How many of them wait for a key that Mollie accepts.
    pub key_refused: u64,
    pub oldest: Duration,
}

/// Review items that nobody has closed.
#[derive(Clone, Debug)]
pub struct OpenItems {
    pub profile: String,
    pub mode: String,
    pub count: u64,
}

/// Money that is lost within a time if nothing is shipped. Each order counts once, for its most urgent reason.
#[derive(Clone, Debug)]
pub struct AtRisk {
    pub profile: String,
    pub mode: String,
    /// In the words of [`Reason`](domain::rules::risk::Reason).
    pub reason: String,
    /// Within which time: `passed`, `1d` or `3d`, the nearest that holds.
    pub within: String,
    pub orders: u64,
    pub amount: Money,
}

/// What every one of these statements begins with.
const OPERATIONS: &str = "/* gauge */
    SELECT profile, kind, lane, state, count(*) AS number,
        CAST(sum(CASE WHEN key_refused THEN 1 ELSE 0 END) AS bigint) AS refused, min(created_time) AS oldest
    FROM operations WHERE state IN ('pending', 'in_flight', 'resolving', 'needs_attention')
    GROUP BY profile, kind, lane, state";

const ITEMS: &str = "/* gauge */
    SELECT profile, mode, CAST(sum(open_items) AS bigint) AS number FROM orders WHERE open_items > 0
    GROUP BY profile, mode";

const AT_RISK: &str = "/* gauge */
    SELECT profile, mode, currency, reason, within, count(*) AS number, CAST(sum(minor) AS bigint) AS minor
    FROM (
        SELECT profile, mode, currency, to_capture_minor AS minor,
            CASE
                WHEN open_operations > 0 AND EXISTS (
                    SELECT 1 FROM operations AS p WHERE p.order_id = o.id AND p.state = 'needs_attention'
                ) THEN 'needs_attention'
                WHEN open_items > 0 THEN 'needs_review'
                WHEN held_shipments > 0 THEN 'held'
                WHEN open_operations > 0 THEN 'recorded'
                ELSE 'not_shipped'
            END AS reason,
            CASE WHEN ship_by < $1 THEN 'passed' WHEN ship_by < $2 THEN '1d' ELSE '3d' END AS within
        FROM orders AS o WHERE ship_by IS NOT NULL AND ship_by < $3 AND to_capture_minor > 0
    ) AS near
    GROUP BY profile, mode, currency, reason, within";

const LOOKUPS: &str = "/* gauge */
    SELECT min(due_time) AS oldest FROM lookups WHERE due_time <= $1";

/// By the database's clock, as timers are.
fn timers(moment: &str) -> String {
    format!("/* gauge */ SELECT CAST({moment} + $1 - min(due) AS bigint) AS number FROM timers")
}

/// Positions of the queue are given in its order, so its ends say how long it is.
const EVENTS: &str = "/* gauge */
    SELECT CAST(COALESCE((SELECT max(written) FROM event_queue AS q) - (SELECT min(written) FROM event_queue AS q) + 1, 0)
        AS bigint) AS number";

#[derive(FromQueryResult)]
struct UnsettledRow {
    profile: String,
    kind: String,
    lane: String,
    state: String,
    number: i64,
    refused: i64,
    oldest: TimeDateTimeWithTimeZone,
}

#[derive(FromQueryResult)]
struct ItemsRow {
    profile: String,
    mode: String,
    number: i64,
}

#[derive(FromQueryResult)]
struct AtRiskRow {
    profile: String,
    mode: String,
    currency: String,
    reason: String,
    within: String,
    number: i64,
    minor: i64,
}

#[derive(FromQueryResult)]
struct OldestRow {
    oldest: Option<TimeDateTimeWithTimeZone>,
}

#[derive(FromQueryResult)]
struct NumberRow {
    number: Option<i64>,
}

impl Database {
    /// Reads what waits. `offset`: simulated time before that of the database.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn backlog(&self, now: Timestamp, offset: SignedDuration) -> Result<Backlog, StoreError> {
        let session = self.read();
        let near = |days: i64| moment::column(now + SignedDuration::from_hours(24 * days)).into();
        let moment = lease::moment(session.get_database_backend());
        let offset = i64::try_from(offset.as_micros()).unwrap_or_default();
        let operations = rows::<UnsettledRow, 0>(&session, OPERATIONS, []).await?;
        let items = rows::<ItemsRow, 0>(&session, ITEMS, []).await?;
        let at_risk = rows::<AtRiskRow, 3>(&session, AT_RISK, [near(0), near(1), near(3)]).await?;
        let lookups = rows::<OldestRow, 1>(&session, LOOKUPS, [near(0)]).await?;
        let timers = rows::<NumberRow, 1>(&session, &timers(moment), [offset.into()]).await?;
        let events = rows::<NumberRow, 0>(&session, EVENTS, []).await?;
        Ok(Backlog {
            operations: operations.into_iter().map(|row| row.read(now)).collect(),
            items: items.into_iter().map(ItemsRow::read).collect(),
            at_risk: at_risk.into_iter().filter_map(AtRiskRow::read).collect(),
            lookup_lag: lookups
                .first()
                .and_then(|row| row.oldest)
                .map_or(Duration::ZERO, |oldest| since(oldest, now)),
            timer_lag: Duration::from_micros(number(&timers)),
            events: number(&events),
        })
    }

    /// How many connections the pools have, and how many of these are idle.
    #[must_use]
    pub fn connections(&self) -> (u64, u64) {
        let (size, idle) = self.pools();
        (size.into(), u64::try_from(idle).unwrap_or(u64::MAX))
    }
}

async fn rows<R: FromQueryResult, const N: usize>(
    session: &Session,
    sql: &str,
    values: [Value; N],
) -> Result<Vec<R>, StoreError> {
    let statement = Statement::from_sql_and_values(session.get_database_backend(), sql, values);
    R::find_by_statement(statement).all(session).await.map_err(store_error)
}

/// Nothing that is counted here is below zero.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn number(rows: &[NumberRow]) -> u64 {
    rows.first().and_then(|row| row.number).map_or(0, count)
}

fn since(time: TimeDateTimeWithTimeZone, now: Timestamp) -> Duration {
    let age = moment::timestamp(time).map(|time| now.duration_since(time));
    age.and_then(|age| Duration::try_from(age).ok()).unwrap_or_default()
}

impl UnsettledRow {
    fn read(self, now: Timestamp) -> Unsettled {
        let Self { profile, kind, lane, state, .. } = self;
        let (number, key_refused, oldest) =
            (count(self.number), count(self.refused), since(self.oldest, now));
        Unsettled { profile, kind, lane, state, count: number, key_refused, oldest }
    }
}

impl ItemsRow {
    fn read(self) -> OpenItems {
        OpenItems { profile: self.profile, mode: self.mode, count: count(self.number) }
    }
}

impl AtRiskRow {
    fn read(self) -> Option<AtRisk> {
        let amount = Money::from_minor(self.minor, Currency::parse(&self.currency)?);
        let Self { profile, mode, reason, within, .. } = self;
        Some(AtRisk { profile, mode, reason, within, orders: count(self.number), amount })
    }
}
