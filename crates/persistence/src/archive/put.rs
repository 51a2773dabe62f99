//! Moving orders into the archive, within one transaction. It may not decide which.

use domain::ports::{Move, StoreError};
use domain::rules::ids::OrderId;
use jiff::Timestamp;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ActiveValue, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::body::FORMAT;
use super::gather::{self, Gathered};
use super::take;
use crate::entity::{archived_order, archived_part, event, lookup, operation, order, refund, shipment};
use crate::error::store_error;
use crate::moment;
use crate::tx::Tx;

pub(super) async fn put(tx: &Tx, orders: &[Move], now: Timestamp) -> Result<Vec<OrderId>, StoreError> {
    let taken = take::take(tx, orders).await?;
    if taken.is_empty() {
        return Ok(Vec::new());
    }
    let gathered = gather::gather(tx, taken).await?;
    insert(tx, &gathered, now).await?;
    delete(tx, &gathered).await?;
    Ok(gathered.iter().map(|one| OrderId::new(one.order.id)).collect())
}

async fn insert(tx: &Tx, gathered: &[Gathered], now: Timestamp) -> Result<(), StoreError> {
    let rows = gathered.iter().map(|one| row(one, now)).collect::<Result<Vec<_>, _>>()?;
    let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    archived_order::Entity::insert_many(rows).exec_without_returning(tx).await.map_err(store_error)?;
    let parts = gathered.iter().flat_map(|one| {
        let order_id = one.order.id;
        one.parts.iter().map(move |id| archived_part::ActiveModel {
            id: ActiveValue::Set(*id),
            order_id: ActiveValue::Set(order_id),
        })
    });
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() {
        return Ok(());
    }
    archived_part::Entity::insert_many(parts).exec_without_returning(tx).await.map(drop).map_err(store_error)
}

fn row(one: &Gathered, now: Timestamp) -> Result<archived_order::Model, StoreError> {
    let order = &one.order;
    Ok(archived_order::Model {
        id: order.id,
        profile: order.profile.clone(),
        mode: order.mode.clone(),
        order_number: order.order_number.clone(),
        held_number: order.held_number.clone(),
        mollie_id: order.mollie_id.clone(),
        created_time: order.created_time,
        archived_time: moment::column(now),
        format: FORMAT,
        body: one.body.pack()?,
    })
}

/// Deletes just what was packed: if there is more or less of anything, nothing is archived.
async fn delete(tx: &Tx, gathered: &[Gathered]) -> Result<(), StoreError> {
    let ids: Vec<_> = gathered.iter().map(|one| one.order.id).collect();
    let packed = |count: fn(&Gathered) -> usize| gathered.iter().map(count).sum::<usize>();
    let events = event::Column::OrderId.is_in(ids.clone());
    emptied::<event::Entity>(tx, events, packed(|it| it.body.events.len())).await?;
    let operations = operation::Column::OrderId.is_in(ids.clone());
    emptied::<operation::Entity>(tx, operations, packed(|it| it.body.operations.len())).await?;
    let shipments = shipment::Column::OrderId.is_in(ids.clone());
    emptied::<shipment::Entity>(tx, shipments, packed(|it| it.body.shipments.len())).await?;
    let refunds = refund::Column::OrderId.is_in(ids.clone());
    emptied::<refund::Entity>(tx, refunds, packed(|it| it.body.refunds.len())).await?;
    let orders = order::Column::Id.is_in(ids.clone());
    emptied::<order::Entity>(tx, orders, gathered.len()).await?;
    let lookups = lookup::Column::OrderId.is_in(ids);
    emptied::<lookup::Entity>(tx, lookups, packed(|it| usize::from(it.body.lookup.is_some()))).await
}

async fn emptied<E: EntityTrait>(tx: &Tx, which: SimpleExpr, packed: usize) -> Result<(), StoreError> {
    let deleted = E::delete_many().filter(which).exec(tx).await.map_err(store_error)?.rows_affected;
    if u64::try_from(packed) == Ok(deleted) {
        return Ok(());
    }
    let table = E::default();
    let table = table.table_name();
    Err(StoreError::Unavailable(format!(
        "{deleted} rows of {table} were to be archived, and {packed} were read"
    )))
}
