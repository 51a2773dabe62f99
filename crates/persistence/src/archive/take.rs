//! The orders that a batch may have: as they were judged, at rest, and locked. It may not change them.
//!
//! Nobody is waited for: rows that others hold are skipped, so no two archivers take the same order, and nothing of an order that is
//! under way is taken. Locks are taken as a change takes them, the order's first and the look-up's last.

use std::collections::{BTreeMap, BTreeSet};

use domain::ports::{Move, StoreError};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use crate::entity::{lookup, order};
use crate::error::store_error;
use crate::row::bigint;
use crate::tx::Tx;

/// An order, and the row of its look-up.
pub(super) struct Taken {
    pub order: order::Model,
    pub lookup: Option<lookup::Model>,
}

pub(super) async fn take(tx: &Tx, orders: &[Move]) -> Result<Vec<Taken>, StoreError> {
    let mut rows = orders_as_judged(tx, orders).await?;
    let ids = || rows.iter().map(|row| row.id).collect::<Vec<_>>();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    // Whoever gives events their positions does not look at orders.
    let mut kept = named_in(tx, "event_queue", ids()).await?;
    kept.extend(named_in(tx, "timers", ids()).await?);
    let mut lookups = lookups_at_rest(tx, ids()).await?;
    let looked_up = named_in(tx, "lookups", ids()).await?;
    // A look-up that was not taken is due, or in other hands.
    kept.extend(looked_up.into_iter().filter(|id| !lookups.contains_key(id)));
    rows.retain(|row| !kept.contains(&row.id));
    Ok(rows.into_iter().map(|order| Taken { lookup: lookups.remove(&order.id), order }).collect())
}

/// By their ids, as every archiver takes them.
async fn orders_as_judged(tx: &Tx, orders: &[Move]) -> Result<Vec<order::Model>, StoreError> {
    let wanted: BTreeMap<_, _> =
        orders.iter().map(|one| (one.order_id.uuid(), bigint(one.version))).collect();
    let select = order::Entity::find()
        .filter(order::Column::Id.is_in(wanted.keys().copied()))
        .filter(order::Column::OpenOperations.eq(0))
        .filter(order::Column::TimerTime.is_null())
        .order_by_asc(order::Column::Id);
    let mut rows = skipping(tx, select).all(tx).await.map_err(store_error)?;
    rows.retain(|row| wanted.get(&row.id) == Some(&row.version));
    Ok(rows)
}

/// A webhook that arrives now waits for the row, finds it gone, and brings the order back.
async fn lookups_at_rest(tx: &Tx, ids: Vec<Uuid>) -> Result<BTreeMap<Uuid, lookup::Model>, StoreError> {
    let select = lookup::Entity::find()
        .filter(lookup::Column::OrderId.is_in(ids))
        .filter(lookup::Column::DueTime.is_null())
        .filter(lookup::Column::OwedTime.is_null());
    let rows = skipping(tx, select).all(tx).await.map_err(store_error)?;
    Ok(rows.into_iter().map(|row| (row.order_id, row)).collect())
}

/// SQLite has one writer: there, nobody else holds a row.
fn skipping<E: EntityTrait>(tx: &Tx, select: Select<E>) -> Select<E> {
    if tx.get_database_backend() == DbBackend::Sqlite {
        return select;
    }
    select.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
}

/// Those of the orders that have a row in a table.
async fn named_in(tx: &Tx, table: &'static str, ids: Vec<Uuid>) -> Result<BTreeSet<Uuid>, StoreError> {
    let named = Expr::col("order_id").is_in(ids);
    let select = Query::select().distinct().column("order_id").from(table).and_where(named).take();
    let rows = tx.query_all(&select).await.map_err(store_error)?;
    rows.iter().map(|row| row.try_get_by_index(0).map_err(store_error)).collect()
}
