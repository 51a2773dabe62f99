//! Events in their table: appending and reading, never changing. It may not decide what happened.

use domain::ports::{Page, StoreError};
use domain::rules::event::Event;
use domain::rules::ids::OrderId;
use sea_orm::sea_query::{InsertStatement, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};

use crate::archive;
use crate::entity::event::{Column, Entity, Model};
use crate::error::store_error;
use crate::page;
use crate::part::Part;
use crate::row::bigint;

/// Appends the events of one change and queues them for their positions.
pub(crate) fn append(backend: DbBackend, events: &[Event]) -> Result<Vec<Part>, StoreError> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<_> = events.iter().map(Model::try_from).collect::<Result<_, _>>()?;
    let insert = Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model)).build(backend);
    let queue = backend.build(&waiting(events));
    Ok(vec![Part::free("events", insert), Part::free("event_queue", queue)])
}

fn waiting(events: &[Event]) -> InsertStatement {
    let mut insert = Query::insert().into_table("event_queue").columns(["order_id", "sequence"]).take();
    for event in events {
        insert.values_panic([event.order_id.uuid().into(), bigint(event.sequence).into()]);
    }
    insert
}

pub(crate) async fn list(
    session: &impl ConnectionTrait,
    order: OrderId,
    after: u64,
    limit: u32,
) -> Result<Page<Event, u64>, StoreError> {
    let read = || {
        Entity::find()
            .filter(Column::OrderId.eq(order.uuid()))
            .filter(Column::Sequence.gt(bigint(after)))
            .order_by_asc(Column::Sequence)
            .limit(page::fetched(limit))
            .all(session)
    };
    let mut rows = read().await.map_err(store_error)?;
    if rows.is_empty() {
        rows = match archived(session, order, after, limit).await? {
            Some(rows) => rows,
            // It may have been brought back meanwhile.
            None => read().await.map_err(store_error)?,
        };
    }
    let events = rows.into_iter().map(Event::try_from).collect::<Result<_, _>>()?;
    Ok(page::cut(events, limit, |event: &Event| event.sequence))
}

/// The same rows of an archived order; `None`: it is not archived.
async fn archived(
    session: &impl ConnectionTrait,
    order: OrderId,
    after: u64,
    limit: u32,
) -> Result<Option<Vec<Model>>, StoreError> {
    let Some(body) = archive::by_id(session, order).await? else { return Ok(None) };
    let later = body.events()?.into_iter().filter(|row| row.sequence > bigint(after));
    Ok(Some(later.take(usize::try_from(page::fetched(limit)).unwrap_or(usize::MAX)).collect()))
}
