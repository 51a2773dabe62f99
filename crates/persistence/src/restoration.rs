//! What a database that was restored from a backup must do before it serves: every operation counts as sent, and each is claimed to be
//! looked for at Mollie. It may not decide what became of one.

use std::time::Duration;

use domain::operations::claim::Claim;
use domain::ports::{CommitError, StoreError};
use domain::rules::archival::USUAL_AGE;
use domain::rules::ids::{LeaseToken, ProfileName};
use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::Database;
use crate::entity::operation::{Column, Entity, Model};
use crate::entity::{lookup, order};
use crate::error::store_error;
use crate::session::execute;
use crate::tx::{Tx, run_tx};
use crate::{claim, lease, moment};

/// That the database was restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restoration {
    /// From 1; each time the database is restored it is another one.
    pub number: i64,
    /// When the service first ran on the restored database.
    pub started: Timestamp,
    /// The time of the last event that the database had, now or at a recent restore. What was recorded after that may be lost; `None`: there is
    /// no event.
    pub known_until: Option<Timestamp>,
    /// Whether it serves.
    pub is_finished: bool,
}

#[derive(FromQueryResult)]
struct Row {
    number: i64,
    started_time: OffsetDateTime,
    known_until: Option<OffsetDateTime>,
    finished_time: Option<OffsetDateTime>,
}

const LAST: &str =
    "SELECT number, started_time, known_until, finished_time FROM restorations ORDER BY number DESC LIMIT 1";

/// The events are numbered within their orders; the last of all is found by its time. After another restore not long ago, what that one looked
/// for is looked for once more, as a profile may have had no key then, but nothing whose request is promised nothing any more.
const BEGIN: &str = "
    INSERT INTO restorations (number, started_time, known_until)
    SELECT COALESCE((SELECT MAX(number) FROM restorations), 0) + 1, $1, (SELECT MIN(known) FROM (
        SELECT MAX(time) AS known FROM events
        UNION ALL SELECT CASE WHEN MIN(known_until) < $2 THEN $2 ELSE MIN(known_until) END FROM restorations WHERE started_time > $2
    ) AS either)";

/// For how long requests are promised to be recognised.
const PROMISED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Every operation may have been sent since the moment that was restored, and whoever held it is gone.
const DOUBT: &str = "
    UPDATE operations SET state = 'resolving', first_sent_time = COALESCE(first_sent_time, created_time), last_sent_time = $1,
        not_before = $1, deferrals = 0, yields = FALSE, lease_token = NULL, lease_until = NULL
    WHERE state IN ('pending', 'in_flight', 'resolving')";

/// One that waits for a person, too: it may have been retried.
const DOUBT_ATTENTION: &str = "
    UPDATE operations SET last_sent_time = $1, lease_token = NULL, lease_until = NULL WHERE state = 'needs_attention'";

/// Every order that is not over is read soon.
const LOOK: &str = "
    UPDATE lookups SET due_time = $1, hooks = hooks + 1, lease_token = NULL, lease_until = NULL
    WHERE order_id IN (SELECT id FROM orders WHERE closed_time IS NULL AND mollie_id IS NOT NULL)";

/// How many orders that are over are read in each minute: Mollie's rate and the webhooks of today need the rest.
const OVER_AT_ONCE: usize = 60;

const FINISH: &str = "UPDATE restorations SET finished_time = $2 WHERE number = $1 AND finished_time IS NULL";

/// The first of each order that is due: what a later one has done is known once the earlier ones are.
fn claim_statement(clock: &str, row_lock: &str) -> String {
    format!(
        "WITH due AS MATERIALIZED (
            SELECT o.id FROM operations AS o
            WHERE o.state = 'resolving' AND o.not_before <= $1 AND (o.lease_token IS NULL OR o.lease_until <= {clock})
            AND NOT EXISTS (
                SELECT 1 FROM operations AS p
                WHERE p.order_id = o.order_id AND p.state = 'resolving' AND (p.turn, p.id) < (o.turn, o.id)
            )
            ORDER BY o.not_before, o.id
            LIMIT $4
            {row_lock}
        )
        UPDATE operations SET lease_token = $2, lease_until = {clock} + $3
        WHERE id IN (SELECT id FROM due)
        RETURNING *"
    )
}

impl Database {
    /// The last time that the database was restored.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn last_restoration(&self) -> Result<Option<Restoration>, StoreError> {
        last(&self.write()).await
    }

    /// Notes that the database was restored, unless that is noted and not finished: then it goes on. From here on every operation that is
    /// not settled counts as sent, whoever serves.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin_restoration(&self, now: Timestamp) -> Result<Restoration, StoreError> {
        let begun = run_tx("restoration.begin", self, move |tx| Box::pin(begin(tx, now))).await;
        begun.map_err(unguarded)?.written()
    }

    /// Ends it: from here on, requests are taken.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn finish_restoration(&self, number: i64, now: Timestamp) -> Result<(), StoreError> {
        execute(&self.write(), FINISH, [number.into(), moment::column(now).into()]).await.map(drop)
    }

    /// How many operations are still to be looked for at Mollie, but for those of some profiles.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unobserved(&self, except: &[ProfileName]) -> Result<u64, StoreError> {
        let left = Entity::find()
            .filter(Column::State.eq("resolving"))
            .filter(Column::Profile.is_not_in(except.iter().map(ProfileName::as_str)));
        left.count(&self.write()).await.map_err(store_error)
    }

    /// Claims some that are due to be looked for: of each order one, the first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_unobserved(
        &self,
        now: Timestamp,
        length: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> Result<Vec<Claim>, StoreError> {
        let taken = lease::take::<Entity>(&self.write(), claim_statement, now, length, token, limit).await;
        let rows: Vec<Model> = taken.map_err(store_error)?;
        rows.into_iter().map(|row| claim::claimed_by(token, row)).collect()
    }
}

async fn begin(tx: &Tx, now: Timestamp) -> Result<Restoration, CommitError> {
    if let Some(under_way) = last(tx).await?.filter(|last| !last.is_finished) {
        return Ok(under_way);
    }
    let recent = now.saturating_sub(PROMISED).unwrap_or(Timestamp::MIN);
    execute(tx, BEGIN, [moment::column(now).into(), moment::column(recent).into()]).await?;
    for sql in [DOUBT, DOUBT_ATTENTION, LOOK] {
        execute(tx, sql, [moment::column(now).into()]).await?;
    }
    look_at_ended(tx, now).await?;
    let none = || StoreError::Inconsistent("restorations: the new row is gone".to_owned());
    Ok(last(tx).await?.ok_or_else(none)?)
}

/// Has the orders read, too, that are over: a chargeback or a refund since the moment was told by a webhook that is lost, and nothing else
/// would tell it again. Those that ended last come first.
async fn look_at_ended(tx: &Tx, now: Timestamp) -> Result<(), StoreError> {
    let since = now.saturating_sub(USUAL_AGE).unwrap_or(Timestamp::MIN);
    let ended: Vec<Uuid> = order::Entity::find()
        .select_only()
        .column(order::Column::Id)
        .filter(order::Column::ClosedTime.gte(moment::column(since)))
        .filter(order::Column::MollieId.is_not_null())
        .order_by_desc(order::Column::ClosedTime)
        .into_tuple()
        .all(tx)
        .await
        .map_err(store_error)?;
    for (minute, some) in (0..).zip(ended.chunks(OVER_AT_ONCE)) {
        let due = now.saturating_add(SignedDuration::from_mins(minute)).unwrap_or(Timestamp::MAX);
        let due = moment::column(due);
        // An earlier time stays. Who was to read it then is gone.
        let is_sooner = CaseStatement::new()
            .case(lookup::Column::DueTime.lt(due), Expr::col(lookup::Column::DueTime))
            .finally(Expr::value(due));
        let look = lookup::Entity::update_many()
            .col_expr(lookup::Column::DueTime, is_sooner.into())
            .col_expr(lookup::Column::Hooks, Expr::col(lookup::Column::Hooks).add(1))
            .col_expr(lookup::Column::LeaseToken, Expr::null())
            .col_expr(lookup::Column::LeaseUntil, Expr::null())
            .filter(lookup::Column::OrderId.is_in(some.iter().copied()));
        look.exec(tx).await.map_err(store_error)?;
    }
    Ok(())
}

/// Nothing of it is guarded by a version or a lease.
fn unguarded(error: CommitError) -> StoreError {
    match error {
        CommitError::Store(error) => error,
        other @ (CommitError::VersionMoved
        | CommitError::RequestTaken
        | CommitError::NumberHeld
        | CommitError::LeaseLost) => StoreError::Inconsistent(other.to_string()),
    }
}

async fn last(session: &impl ConnectionTrait) -> Result<Option<Restoration>, StoreError> {
    let statement = Statement::from_string(session.get_database_backend(), LAST);
    let Some(row) = Row::find_by_statement(statement).one(session).await.map_err(store_error)? else {
        return Ok(None);
    };
    let odd = || StoreError::Inconsistent(format!("restorations.started_time of row {}", row.number));
    Ok(Some(Restoration {
        number: row.number,
        started: moment::timestamp(row.started_time).ok_or_else(odd)?,
        known_until: row.known_until.and_then(moment::timestamp),
        is_finished: row.finished_time.is_some(),
    }))
}
