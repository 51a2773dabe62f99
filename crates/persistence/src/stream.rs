//! The events of all orders as one stream: giving positions, and reading by them. It may not decide what happened.

use domain::ports::{EventStream, Page, Positioned, StoreError};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};

use crate::database::Database;
use crate::entity::event::{Column, Entity, Model};
use crate::error::store_error;
use crate::page;
use crate::row::{Row, bigint};
use crate::tx::{Tx, run_tx};

/// Whether any event waits for a position.
const WAITING: &str = "SELECT EXISTS (SELECT 1 FROM events WHERE position IS NULL)";

/// One gives positions at a time; who comes second goes away. "events", in ASCII.
const TAKE_TURN: &str = "SELECT pg_try_advisory_xact_lock(111516266162291)";

/// The events of one order are written under a lock on it, so they wait in their own order. It is a statement of its own
/// behind the lock, as it must see what the giver before it has committed.
fn give(written: &str) -> String {
    format!(
        "WITH waiting AS MATERIALIZED (
            SELECT order_id, sequence, row_number() OVER (ORDER BY written) AS place
            FROM (SELECT order_id, sequence, {written} AS written FROM events
                WHERE position IS NULL ORDER BY {written} LIMIT $1) AS w
        ), last AS (
            SELECT COALESCE((SELECT position FROM events WHERE position IS NOT NULL
                ORDER BY position DESC LIMIT 1), 0) AS position
        )
        UPDATE events SET position = last.position + waiting.place
        FROM waiting, last
        WHERE events.order_id = waiting.order_id AND events.sequence = waiting.sequence"
    )
}

impl EventStream for Database {
    async fn position_events(&self, limit: u32) -> Result<u32, StoreError> {
        // Most of the time none waits, and nobody is to be locked out for that.
        if !is_true(&self.read(), WAITING).await? {
            return Ok(0);
        }
        run_tx("events.position", self.writer(), move |tx| Box::pin(position(tx, limit))).await
    }

    async fn read_stream(&self, after: u64, limit: u32) -> Result<Page<Positioned, u64>, StoreError> {
        let rows = Entity::find()
            .filter(Expr::col(Column::Position).is_not_null())
            .filter(Column::Position.gt(bigint(after)))
            .order_by_asc(Column::Position)
            .limit(page::fetched(limit))
            .all(&self.read())
            .await
            .map_err(store_error)?;
        let events = rows.into_iter().map(positioned).collect::<Result<_, _>>()?;
        Ok(page::cut(events, limit, |event: &Positioned| event.position))
    }
}

async fn position(tx: &Tx, limit: u32) -> Result<u32, StoreError> {
    let backend = tx.get_database_backend();
    let written = match backend {
        // The transaction has the write lock already.
        DbBackend::Sqlite => "rowid",
        DbBackend::MySql | DbBackend::Postgres => {
            if !is_true(tx, TAKE_TURN).await? {
                return Ok(0);
            }
            "written"
        }
        _ => return Err(store_error(DbErr::BackendNotSupported { db: backend.as_str(), ctx: "positions" })),
    };
    let statement = Statement::from_sql_and_values(backend, give(written), [i64::from(limit).into()]);
    let given = tx.execute_raw(statement).await.map_err(store_error)?;
    Ok(u32::try_from(given.rows_affected()).unwrap_or(u32::MAX))
}

async fn is_true(session: &impl ConnectionTrait, sql: &str) -> Result<bool, StoreError> {
    let statement = Statement::from_string(session.get_database_backend(), sql);
    let row = session.query_one_raw(statement).await.map_err(store_error)?;
    let none = || store_error(DbErr::RecordNotFound(sql.to_owned()));
    row.ok_or_else(none)?.try_get_by(0).map_err(store_error)
}

fn positioned(model: Model) -> Result<Positioned, StoreError> {
    let row = Row::new("events", format_args!("{}/{}", model.order_id, model.sequence));
    let position = row.count("position", model.position.unwrap_or_default())?;
    Ok(Positioned { position, event: model.try_into()? })
}
