//! The schedule of look-ups: webhooks, claims and the next time. It may not decide when an order is read.

use std::time::Duration;

use domain::ports::{LookupClaim, LookupEnd, LookupOrigin, StoreError, TraceParent};
use domain::rules::ids::{LeaseToken, OrderId};
use domain::rules::webhook_hint;
use jiff::Timestamp;
use sea_orm::sea_query::Value;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryFilter, Statement};

use crate::entity::lookup::{Column, Entity, Model};
use crate::error::store_error;
use crate::part::Part;
use crate::row::{Row, bigint};
use crate::session::execute;
use crate::{lease, moment};

/// An earlier time stays: it may come from a webhook. Counted like one, so that a look-up under way does not end it.
const SCHEDULE: &str = "
    INSERT INTO lookups (order_id, due_time, hooks, failures, hints, trace) VALUES ($1, $2, 0, 0, ',', $3)
    ON CONFLICT (order_id) DO UPDATE SET hooks = lookups.hooks + 1, due_time = CASE
        WHEN lookups.due_time < excluded.due_time THEN lookups.due_time ELSE excluded.due_time END,
    trace = COALESCE(excluded.trace, lookups.trace)";

/// Inserts nothing if there is no such order. A hint, given with a trailing comma, is kept once, and only while there is room: a
/// list of n has n + 1 commas.
const HOOK: &str = "
    INSERT INTO lookups (order_id, due_time, hooks, failures, hints, hook_trace)
    SELECT id, $2, 1, 0, ',' || $3, $5 FROM orders WHERE id = $1
    ON CONFLICT (order_id) DO UPDATE SET hooks = lookups.hooks + 1, due_time = CASE
        WHEN lookups.due_time < excluded.due_time THEN lookups.due_time ELSE excluded.due_time END,
    hints = CASE
        WHEN replace(lookups.hints, ',' || $3, '') <> lookups.hints THEN lookups.hints
        WHEN length(lookups.hints) - length(replace(lookups.hints, ',', '')) > $4 THEN lookups.hints
        ELSE lookups.hints || $3 END,
    hook_trace = excluded.hook_trace";

/// A webhook that arrived meanwhile has set the time in the row, and that stays; then all hints stay too.
const FINISH: &str = "
    UPDATE lookups SET
        due_time = CASE WHEN hooks = $3 THEN $4 ELSE due_time END,
        failures = $5, owed_time = CASE WHEN $6 THEN NULL ELSE $7 END, lease_token = NULL, lease_until = NULL,
        hints = CASE WHEN hooks = $3 AND $6 THEN ',' ELSE hints END,
        hook_trace = CASE WHEN hooks = $3 AND $6 THEN NULL ELSE hook_trace END
    WHERE order_id = $1 AND lease_token = $2";

fn claim_statement(clock: &str, row_lock: &str) -> String {
    format!(
        "WITH due AS MATERIALIZED (
            SELECT order_id FROM lookups
            WHERE due_time <= $1 AND (lease_token IS NULL OR lease_until <= {clock})
            ORDER BY due_time, order_id
            LIMIT $4
            {row_lock}
        )
        UPDATE lookups SET lease_token = $2, lease_until = {clock} + $3
        WHERE order_id IN (SELECT order_id FROM due)
        RETURNING *"
    )
}

/// Makes the order's look-up due at `time`; an earlier time stays, and so does its trace, if there is none now.
pub(crate) fn schedule(
    backend: DbBackend,
    order: OrderId,
    time: Timestamp,
    trace: Option<&TraceParent>,
) -> Part {
    let values = [order.uuid().into(), moment::column(time).into(), text(trace)];
    Part::free("lookups", Statement::from_sql_and_values(backend, SCHEDULE, values))
}

/// Counts a webhook and makes the look-up due; `false` if there is no such order.
pub(crate) async fn hook_arrived(
    session: &impl ConnectionTrait,
    order: OrderId,
    hint: Option<&str>,
    now: Timestamp,
    trace: Option<&TraceParent>,
) -> Result<bool, StoreError> {
    let hint =
        hint.filter(|hint| webhook_hint::is_hint(hint)).map_or_else(String::new, |hint| format!("{hint},"));
    let most = bigint(u64::try_from(webhook_hint::MOST).unwrap_or(u64::MAX));
    let values = [order.uuid().into(), moment::column(now).into(), hint.into(), most.into(), text(trace)];
    Ok(execute(session, HOOK, values).await? == 1)
}

pub(crate) async fn claim(
    session: &impl ConnectionTrait,
    now: Timestamp,
    length: Duration,
    token: LeaseToken,
    limit: u32,
) -> Result<Vec<LookupClaim>, StoreError> {
    let mut rows: Vec<Model> = lease::take::<Entity>(session, claim_statement, now, length, token, limit)
        .await
        .map_err(store_error)?;
    rows.sort_by_key(|row| (row.due_time, row.order_id));
    rows.into_iter().map(|row| claimed_by(token, row)).collect()
}

fn claimed_by(token: LeaseToken, model: Model) -> Result<LookupClaim, StoreError> {
    let row = Row::new("lookups", model.order_id);
    let due = model.owed_time.or(model.due_time).and_then(moment::timestamp);
    let none = || StoreError::Inconsistent(format!("lookups.due_time of order {}", model.order_id));
    Ok(LookupClaim {
        order_id: OrderId::new(model.order_id),
        token,
        due: due.ok_or_else(none)?,
        hooks: row.count("hooks", model.hooks)?,
        failures: row.count("failures", model.failures)?,
        hints: model.hints.split(',').filter(|hint| !hint.is_empty()).map(str::to_owned).collect(),
        origin: LookupOrigin {
            change: model.trace.map(TraceParent),
            hook: model.hook_trace.map(TraceParent),
        },
    })
}

fn text(trace: Option<&TraceParent>) -> Value {
    trace.map(|trace| trace.0.clone()).into()
}

/// Whether a look-up of the order is due and not finished, claimed or not, or the last one did not read it.
pub(crate) async fn is_owed(
    session: &impl ConnectionTrait,
    order: OrderId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row = Entity::find_by_id(order.uuid())
        .filter(Column::DueTime.lte(moment::column(now)).or(Column::OwedTime.is_not_null()));
    row.one(session).await.map(|row| row.is_some()).map_err(store_error)
}

/// Finishes a claim; one that was lost is left alone.
pub(crate) async fn finish(
    session: &impl ConnectionTrait,
    claim: &LookupClaim,
    end: LookupEnd,
) -> Result<(), StoreError> {
    let values = [
        claim.order_id.uuid().into(),
        claim.token.uuid().into(),
        bigint(claim.hooks).into(),
        end.next.map(moment::column).into(),
        i64::from(end.failures).into(),
        end.was_read.into(),
        moment::column(claim.due).into(),
    ];
    execute(session, FINISH, values).await.map(drop)
}
