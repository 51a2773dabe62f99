//! The events of all orders as one stream: assigning positions, and reading by them. It may not decide what happened.

use std::collections::BTreeSet;

use domain::ports::{Changed, EventStream, OrderFilter, Page, PageKey, Place, Positioned, StoreError};
use domain::rules::ids::{OrderId, ProfileName};
use jiff::Timestamp;
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryResult, Statement};
use uuid::Uuid;

use crate::archive;
use crate::changed;
use crate::database::Database;
use crate::entity::event::{Entity, Model};
use crate::error::store_error;
use crate::page;
use crate::row::{Row, bigint};
use crate::session::Session;
use crate::tx::{Ended, Tx, run_tx};

/// Whether any event waits for a position.
const WAITING: &str = "SELECT EXISTS (SELECT 1 FROM event_queue)";

/// One worker assigns positions at a time; a second one gives up. "events", in ASCII.
const TAKE_TURN: &str = "SELECT pg_try_advisory_xact_lock(111516266162291)";

/// The events of one order are written under a lock on it, so they are queued in their own order. This runs after the lock, as
/// one statement: it must see what the previous worker committed, and may not delete from the queue what it does not see.
/// PostgreSQL delivers the notification when this is committed, and not if it is rolled back.
const GIVE_ON_POSTGRES: &str = "
    WITH waiting AS (
        DELETE FROM event_queue WHERE written IN (SELECT written FROM event_queue ORDER BY written LIMIT $1)
        RETURNING written, order_id, sequence
    ), given AS (
        INSERT INTO event_stream (position, order_id, sequence)
        SELECT (SELECT COALESCE(MAX(position), 0) FROM event_stream) + row_number() OVER (ORDER BY written),
            order_id, sequence
        FROM waiting
        RETURNING position
    )
    SELECT count(*), CASE WHEN count(*) > 0 THEN pg_notify('order_events', '')::text END FROM given";

/// The transaction has the write lock: both statements see the same queue.
const GIVE_ON_SQLITE: [&str; 2] = [
    "INSERT INTO event_stream (position, order_id, sequence)
    SELECT (SELECT COALESCE(MAX(position), 0) FROM event_stream) + row_number() OVER (ORDER BY written),
        order_id, sequence
    FROM (SELECT written, order_id, sequence FROM event_queue ORDER BY written LIMIT $1)",
    "DELETE FROM event_queue WHERE written IN (SELECT written FROM event_queue ORDER BY written LIMIT $1)",
];

/// Of an archived order, only the place is here.
const READ: &str = "
    SELECT s.position, s.order_id AS its_order, s.sequence AS its_sequence,
        o.profile, e.order_id, e.sequence, e.time, e.kind, e.data, e.cause, e.actor
    FROM event_stream AS s
    LEFT JOIN events AS e ON e.order_id = s.order_id AND e.sequence = s.sequence
    LEFT JOIN orders AS o ON o.id = s.order_id
    WHERE s.position > $1 ORDER BY s.position LIMIT $2";

const PLACE: &str = "SELECT position, order_id, sequence FROM event_stream WHERE position = $1";
const LAST_PLACE: &str =
    "SELECT position, order_id, sequence FROM event_stream ORDER BY position DESC LIMIT 1";

/// A place, and the event that has it.
#[derive(FromQueryResult)]
struct Placed {
    position: i64,
    its_order: Uuid,
    its_sequence: i64,
    profile: Option<String>,
    #[sea_orm(nested)]
    event: Option<Model>,
}

impl Placed {
    /// Whether its order is archived, or was when it was read.
    fn is_bare(&self) -> bool {
        self.event.is_none() || self.profile.is_none()
    }
}

/// How often places are read again because an order came back from the archive before its events were read there.
const TRIES: usize = 10;

impl EventStream for Database {
    async fn position_events(&self, limit: u32) -> Result<u32, StoreError> {
        // Most of the time the queue is empty, and then there is no reason to take the lock.
        if !is_true(&self.read(), WAITING).await? {
            return Ok(0);
        }
        let given = run_tx("events.position", self, move |tx| Box::pin(position(tx, limit)));
        // If the COMMIT's answer was lost, the positions are assigned or the events still wait: the next turn sees which.
        let given = given.await.and_then(Ended::written);
        if !matches!(given, Ok(0)) {
            self.tell_news();
        }
        given
    }

    async fn read_stream(&self, after: u64, limit: u32) -> Result<Page<Positioned, u64>, StoreError> {
        let mut rows = whole(&self.read(), after, limit).await?;
        let bytes = |row: &Placed| row.event.as_ref().map_or(0, |event| event.data.len());
        let limit = page::affordable(&rows, limit, bytes);
        rows.truncate(limit as usize + 1);
        let events = rows.into_iter().map(positioned).collect::<Result<_, _>>()?;
        Ok(page::cut(events, limit, |event: &Positioned| event.position))
    }

    async fn place(&self, position: Option<u64>) -> Result<Option<Place>, StoreError> {
        let session = self.read();
        let backend = session.get_database_backend();
        let statement = match position {
            Some(position) => Statement::from_sql_and_values(backend, PLACE, [bigint(position).into()]),
            None => Statement::from_string(backend, LAST_PLACE),
        };
        let row = session.query_one_raw(statement).await.map_err(store_error)?;
        row.as_ref().map(place).transpose()
    }

    async fn list_changed(
        &self,
        filter: &OrderFilter,
        since: Timestamp,
        after: Option<PageKey>,
        limit: u32,
    ) -> Result<Page<Changed, PageKey>, StoreError> {
        changed::list(&self.read(), filter, since, after, limit).await
    }
}

/// The places after a position, each with its event. No place is left out: a reader must not miss an event.
async fn whole(session: &Session, after: u64, limit: u32) -> Result<Vec<Placed>, StoreError> {
    for _ in 0..TRIES {
        let values = [bigint(after).into(), bigint(page::fetched(limit)).into()];
        let statement = Statement::from_sql_and_values(session.get_database_backend(), READ, values);
        let rows = Entity::find().from_raw_sql(statement).into_model::<Placed>().all(session).await;
        let mut rows = rows.map_err(store_error)?;
        fill_in(session, &mut rows).await?;
        if !rows.iter().any(Placed::is_bare) {
            return Ok(rows);
        }
    }
    let text = format!("an event soon after position {after} is neither in its table nor in the archive");
    Err(StoreError::Inconsistent(text))
}

/// Reads the events of archived orders.
async fn fill_in(session: &Session, rows: &mut [Placed]) -> Result<(), StoreError> {
    let bare: BTreeSet<_> = rows.iter().filter(|row| row.is_bare()).map(|row| row.its_order).collect();
    for body in archive::by_ids(session, bare.into_iter().collect()).await? {
        let (order, profile) = body.owner()?;
        for row in rows.iter_mut().filter(|row| row.its_order == order) {
            row.profile = Some(profile.clone());
            row.event = body.event(row.its_sequence)?;
        }
    }
    Ok(())
}

async fn position(tx: &Tx, limit: u32) -> Result<u32, StoreError> {
    let limit = Value::from(i64::from(limit));
    let given = if tx.get_database_backend() == DbBackend::Sqlite {
        let [give, forget] = GIVE_ON_SQLITE;
        let given = moved(tx, give, limit.clone()).await?;
        let forgotten = moved(tx, forget, limit).await?;
        if given != forgotten {
            let text = format!("{given} events got positions, and {forgotten} left the queue");
            return Err(StoreError::Inconsistent(text));
        }
        given
    } else if is_true(tx, TAKE_TURN).await? {
        counted(tx, GIVE_ON_POSTGRES, limit).await?
    } else {
        0
    };
    Ok(u32::try_from(given).unwrap_or(u32::MAX))
}

async fn moved(tx: &Tx, sql: &str, limit: Value) -> Result<u64, StoreError> {
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, [limit]);
    tx.execute_raw(statement).await.map(|done| done.rows_affected()).map_err(store_error)
}

/// The number that a statement returns first.
async fn counted(tx: &Tx, sql: &str, limit: Value) -> Result<u64, StoreError> {
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, [limit]);
    let row = tx.query_one_raw(statement).await.map_err(store_error)?;
    let none = || store_error(DbErr::RecordNotFound(sql.to_owned()));
    let count: i64 = row.ok_or_else(none)?.try_get_by(0).map_err(store_error)?;
    Row::new("event_stream", "given").count("count", count)
}

async fn is_true(session: &impl ConnectionTrait, sql: &str) -> Result<bool, StoreError> {
    let statement = Statement::from_string(session.get_database_backend(), sql);
    let row = session.query_one_raw(statement).await.map_err(store_error)?;
    let none = || store_error(DbErr::RecordNotFound(sql.to_owned()));
    row.ok_or_else(none)?.try_get_by(0).map_err(store_error)
}

fn positioned(Placed { position, profile, event, .. }: Placed) -> Result<Positioned, StoreError> {
    let row = Row::new("event_stream", position);
    let position = row.count("position", position)?;
    let (profile, event) = profile.zip(event).ok_or_else(|| row.missing("order_id"))?;
    Ok(Positioned { position, profile: ProfileName::new(profile), event: event.try_into()? })
}

fn place(found: &QueryResult) -> Result<Place, StoreError> {
    let position: i64 = found.try_get("", "position").map_err(store_error)?;
    let order_id = found.try_get("", "order_id").map_err(store_error)?;
    let sequence = found.try_get("", "sequence").map_err(store_error)?;
    let row = Row::new("event_stream", position);
    Ok(Place {
        position: row.count("position", position)?,
        order_id: OrderId::new(order_id),
        sequence: row.count("sequence", sequence)?,
    })
}
