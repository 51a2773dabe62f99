//! Claiming due operations, each for one worker. It may not decide what the worker does.

use std::time::Duration;

use domain::operations::claim::Claim;
use domain::operations::operation::Operation;
use domain::ports::{StoreError, TraceParent};
use domain::rules::ids::LeaseToken;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use crate::entity::operation::{Entity, Model};
use crate::error::{broken_unique_rule, store_error};
use crate::lease;

/// One statement finds and claims. Its first condition is that of the index on what may be due. The candidates are materialised,
/// or PostgreSQL might search for them once per row and claim more than the limit. If several of one order wait in different
/// lanes, the first is claimed. If two workers claim for one order at once, the index on what is in flight decides.
fn statement(clock: &str, row_lock: &str) -> String {
    format!(
        "WITH due AS MATERIALIZED (
            SELECT o.id, o.order_id, o.state, o.not_before FROM operations AS o
            WHERE o.state IN ('pending', 'in_flight', 'resolving')
            AND (
                (o.state IN ('pending', 'resolving') AND o.not_before <= $1
                    AND (o.lease_token IS NULL OR o.lease_until <= {clock}))
                OR (o.state = 'in_flight' AND (o.lease_token IS NULL OR o.lease_until <= {clock}))
            )
            AND (o.state <> 'pending' OR NOT EXISTS (
                SELECT 1 FROM operations AS p
                WHERE p.order_id = o.order_id AND p.id <> o.id AND (
                    p.state = 'in_flight'
                    OR (p.id = o.after_id AND p.state IN ('pending', 'resolving', 'needs_attention'))
                    OR (p.lane IN ('placement', o.lane) AND (
                        p.state IN ('resolving', 'needs_attention')
                        OR (p.state = 'pending' AND (p.turn, p.id) < (o.turn, o.id)
                            AND NOT (p.first_sent_time IS NULL AND (
                                (p.yields AND p.not_before > $1)
                                OR EXISTS (
                                    SELECT 1 FROM operations AS q
                                    WHERE q.id = p.after_id
                                        AND q.state IN ('pending', 'in_flight', 'resolving', 'needs_attention')
                                )
                            )))
                    ))
                )
            ))
            ORDER BY o.not_before, o.id
            LIMIT $4
            {row_lock}
        )
        UPDATE operations SET
            state = CASE WHEN state = 'pending' THEN 'in_flight' ELSE 'resolving' END,
            first_sent_time = CASE WHEN state = 'pending' THEN COALESCE(first_sent_time, $1) ELSE first_sent_time END,
            last_sent_time = CASE WHEN state = 'pending' THEN $1 ELSE last_sent_time END,
            lease_token = $2,
            lease_until = {clock} + $3
        WHERE id IN (
            SELECT d.id FROM due AS d
            WHERE d.state <> 'pending' OR NOT EXISTS (
                SELECT 1 FROM due AS e
                WHERE e.order_id = d.order_id AND e.state = 'pending'
                    AND (e.not_before, e.id) < (d.not_before, d.id)
            )
        )
        RETURNING *"
    )
}

pub(crate) async fn due(
    session: &impl ConnectionTrait,
    now: Timestamp,
    length: Duration,
    token: LeaseToken,
    limit: u32,
) -> Result<Vec<Claim>, StoreError> {
    let taken = lease::take::<Entity>(session, statement, now, length, token, limit).await;
    let mut rows: Vec<Model> = match taken {
        Ok(rows) => rows,
        // Another worker was first, with another operation of the same order; all of these are claimed again later.
        Err(error) if broken_unique_rule(&error).is_some() => {
            tracing::debug!("two workers claimed for one order at once; nothing is claimed this time");
            return Ok(Vec::new());
        }
        Err(error) => return Err(store_error(error)),
    };
    rows.sort_by_key(|row| (row.not_before, row.id));
    rows.into_iter().map(|row| claimed_by(token, row)).collect()
}

pub(crate) fn claimed_by(token: LeaseToken, mut row: Model) -> Result<Claim, StoreError> {
    let trace = row.trace.take().map(TraceParent);
    Operation::try_from(row).map(|operation| Claim { operation, token, known: None, trace })
}
