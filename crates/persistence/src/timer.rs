//! Timers: when an order wants to be looked after, by the database's own clock. It may not decide what is done then.

use std::time::Duration;

use domain::ports::{StoreError, TimerClaim};
use domain::rules::ids::{LeaseToken, OrderId};
use jiff::{SignedDuration, Timestamp};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};

use crate::error::store_error;
use crate::lease;
use crate::part::Part;
use crate::row::{Row, bigint};
use crate::session::execute;

/// What a change has set, no claim of before may finish.
const SET: &str = "
    INSERT INTO timers (order_id, due, failures) VALUES ($1, $2, 0)
    ON CONFLICT (order_id) DO UPDATE SET due = excluded.due, failures = 0, lease_token = NULL, lease_until = NULL";

const END: &str = "DELETE FROM timers WHERE order_id = $1";

const FINISH: &str = "
    UPDATE timers SET due = $3, failures = $4, lease_token = NULL, lease_until = NULL
    WHERE order_id = $1 AND lease_token = $2";

const FINISH_LAST: &str = "DELETE FROM timers WHERE order_id = $1 AND lease_token = $2";

/// The row of a claim.
#[derive(FromQueryResult)]
struct Claimed {
    order_id: Uuid,
    due: i64,
    failures: i64,
    now: i64,
}

fn claim_statement(moment: &str, clock: &str, row_lock: &str) -> String {
    format!(
        "WITH due AS MATERIALIZED (
            SELECT order_id FROM timers
            WHERE due <= {moment} + $1 AND (lease_token IS NULL OR lease_until <= {clock})
            ORDER BY due, order_id
            LIMIT $4
            {row_lock}
        )
        UPDATE timers SET lease_token = $2, lease_until = {clock} + $3
        WHERE order_id IN (SELECT order_id FROM due)
        RETURNING order_id, due, failures, {moment} + $1 AS now"
    )
}

/// Sets the order's timer, or ends it.
pub(crate) fn set(backend: DbBackend, order: OrderId, due: Option<Timestamp>) -> Part {
    let order = Value::from(order.uuid());
    let statement = match due {
        Some(due) => Statement::from_sql_and_values(backend, SET, [order, due.as_microsecond().into()]),
        None => Statement::from_sql_and_values(backend, END, [order]),
    };
    Part::free("timers", statement)
}

pub(crate) async fn claim(
    session: &impl ConnectionTrait,
    offset: SignedDuration,
    length: Duration,
    token: LeaseToken,
    limit: u32,
) -> Result<Vec<TimerClaim>, StoreError> {
    let backend = session.get_database_backend();
    let sql = claim_statement(lease::moment(backend), lease::clock(backend), lease::row_lock(backend));
    let values =
        [micros(offset).into(), token.uuid().into(), lease::micros(length).into(), i64::from(limit).into()];
    let statement = Statement::from_sql_and_values(backend, sql, values);
    let mut rows = Claimed::find_by_statement(statement).all(session).await.map_err(store_error)?;
    rows.sort_by_key(|row| (row.due, row.order_id));
    rows.into_iter().map(|row| claimed_by(token, &row)).collect()
}

fn claimed_by(token: LeaseToken, claimed: &Claimed) -> Result<TimerClaim, StoreError> {
    let row = Row::new("timers", claimed.order_id);
    let time = |micros| {
        let unknown = || StoreError::Inconsistent(format!("timers of order {}: {micros}", claimed.order_id));
        Timestamp::from_microsecond(micros).map_err(|_| unknown())
    };
    Ok(TimerClaim {
        order_id: OrderId::new(claimed.order_id),
        token,
        due: time(claimed.due)?,
        now: time(claimed.now)?,
        failures: row.count("failures", claimed.failures)?,
    })
}

/// Sets or ends a claimed timer; one that was lost, or set meanwhile, is left alone.
pub(crate) async fn finish(
    session: &impl ConnectionTrait,
    claim: &TimerClaim,
    next: Option<Timestamp>,
    failures: u32,
) -> Result<(), StoreError> {
    let (order, token) = (claim.order_id.uuid().into(), claim.token.uuid().into());
    match next {
        Some(next) => {
            let values = [order, token, next.as_microsecond().into(), bigint(failures.into()).into()];
            execute(session, FINISH, values).await.map(drop)
        }
        None => execute(session, FINISH_LAST, [order, token]).await.map(drop),
    }
}

fn micros(offset: SignedDuration) -> i64 {
    i64::try_from(offset.as_micros()).unwrap_or(i64::MAX)
}
