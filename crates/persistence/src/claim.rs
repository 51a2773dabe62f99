//! Giving out due operations, each to one taker. It may not decide what the taker does.

use std::time::Duration;

use domain::ports::StoreError;
use domain::rules::claim::Claim;
use domain::rules::ids::LeaseToken;
use domain::rules::operation::Operation;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use crate::entity::operation::{Entity, Model};
use crate::lease;

/// One statement finds and takes. Its first condition is that of the index on what may be due. The candidates are
/// materialised, or PostgreSQL might look for them once per row and take more than the limit. A predecessor that is
/// settled stays so, and none can come later, as turns only grow: a candidate that was found at the head of its queue
/// is still there when its row is taken.
fn statement(clock: &str, row_lock: &str) -> String {
    format!(
        "WITH due AS MATERIALIZED (
            SELECT o.id FROM operations AS o
            WHERE o.state IN ('pending', 'in_flight', 'resolving')
            AND (
                (o.state IN ('pending', 'resolving') AND o.not_before <= $1
                    AND (o.lease_token IS NULL OR o.lease_until <= {clock}))
                OR (o.state = 'in_flight' AND (o.lease_token IS NULL OR o.lease_until <= {clock}))
            )
            AND NOT EXISTS (
                SELECT 1 FROM operations AS p
                WHERE p.order_id = o.order_id AND p.turn < o.turn
                    AND p.state IN ('pending', 'in_flight', 'resolving', 'needs_attention')
            )
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
        WHERE id IN (SELECT id FROM due)
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
    let mut rows: Vec<Model> = lease::take::<Entity>(session, statement, now, length, token, limit).await?;
    rows.sort_by_key(|row| (row.not_before, row.id));
    let claimed = |row| Operation::try_from(row).map(|operation| Claim { operation, token, known: None });
    rows.into_iter().map(claimed).collect()
}
