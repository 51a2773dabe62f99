//! Events in their table: appending and reading, never changing. It may not decide what happened.

use domain::ports::{Page, StoreError};
use domain::rules::event::Event;
use domain::rules::ids::OrderId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use crate::entity::event::{Column, Entity, Model};
use crate::error::store_error;
use crate::page;
use crate::row::bigint;

/// Appends the events of one change in one statement.
pub(crate) async fn append(session: &impl ConnectionTrait, events: &[Event]) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = events.iter().map(Model::try_from).collect::<Result<_, _>>()?;
    Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
        .exec_without_returning(session)
        .await
        .map(drop)
        .map_err(store_error)
}

pub(crate) async fn list(
    session: &impl ConnectionTrait,
    order: OrderId,
    after: u64,
    limit: u32,
) -> Result<Page<Event, u64>, StoreError> {
    let rows = Entity::find()
        .filter(Column::OrderId.eq(order.uuid()))
        .filter(Column::Sequence.gt(bigint(after)))
        .order_by_asc(Column::Sequence)
        .limit(page::fetched(limit))
        .all(session)
        .await
        .map_err(store_error)?;
    let events = rows.into_iter().map(Event::try_from).collect::<Result<_, _>>()?;
    Ok(page::cut(events, limit, |event: &Event| event.sequence))
}
