//! Orders that have ended and are not archived, with what is needed to judge them. It may not judge.

use std::collections::{BTreeMap, BTreeSet};

use domain::ports::{Page, PageKey, StoreError};
use domain::rules::access::Profiles;
use domain::rules::archival::Ended;
use domain::rules::ids::OrderId;
use domain::rules::order::Order;
use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::entity::order::{Column, Entity, Model};
use crate::entity::{lookup, refund, shipment};
use crate::error::store_error;
use crate::{moment, page, profile};

/// In the order in which they were created, along the index that lists are read by: an index of ends would be one more for every order
/// to be entered in. What has been archived is not in the way of the next run.
pub(super) async fn list(
    session: &impl ConnectionTrait,
    profiles: &Profiles,
    ended_until: Timestamp,
    after: Option<PageKey>,
    limit: u32,
) -> Result<Page<Ended, PageKey>, StoreError> {
    let until = moment::column(ended_until);
    let mut select =
        Entity::find().filter(Column::CreatedTime.lte(until)).filter(Column::ClosedTime.lte(until));
    if let Some(within) = profile::within(Column::Profile, profiles) {
        select = select.filter(within);
    }
    if let Some(PageKey { time, id }) = after {
        let place = Expr::tuple([Expr::col(Column::CreatedTime), Expr::col(Column::Id)]);
        let last = Expr::tuple([Expr::val(moment::column(time)), Expr::val(id.uuid())]);
        select = select.filter(place.gt(last));
    }
    let select =
        select.order_by_asc(Column::CreatedTime).order_by_asc(Column::Id).limit(page::fetched(limit));
    let rows = select.all(session).await.map_err(store_error)?;
    let limit = page::affordable(&rows, limit, |row| row.document.len());
    let Page { items, next } = page::cut(rows, limit, |row| (row.created_time, row.id));
    let next =
        next.and_then(|(time, id)| Some(PageKey { time: moment::timestamp(time)?, id: OrderId::new(id) }));
    Ok(Page { items: with_parts(session, items).await?, next })
}

async fn with_parts(session: &impl ConnectionTrait, rows: Vec<Model>) -> Result<Vec<Ended>, StoreError> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let shipments = shipment::Entity::find().filter(shipment::Column::OrderId.is_in(ids.clone()));
    let mut shipments = grouped(shipments.all(session).await.map_err(store_error)?, |row| row.order_id);
    let refunds = refund::Entity::find().filter(refund::Column::OrderId.is_in(ids.clone()));
    let mut refunds = grouped(refunds.all(session).await.map_err(store_error)?, |row| row.order_id);
    let awaited = awaited(session, ids).await?;
    let ended = |row: Model| {
        let (id, is_busy) = (row.id, row.open_operations > 0);
        let shipments = shipments.remove(&id).unwrap_or_default().into_iter().map(TryInto::try_into);
        let refunds = refunds.remove(&id).unwrap_or_default().into_iter().map(TryInto::try_into);
        Ok(Ended {
            shipments: shipments.collect::<Result<_, StoreError>>()?,
            refunds: refunds.collect::<Result<_, StoreError>>()?,
            is_busy,
            is_awaited: awaited.contains(&id),
            order: Order::try_from(row)?,
        })
    };
    rows.into_iter().map(ended).collect()
}

fn grouped<T>(rows: Vec<T>, order: impl Fn(&T) -> Uuid) -> BTreeMap<Uuid, Vec<T>> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for row in rows {
        groups.entry(order(&row)).or_default().push(row);
    }
    groups
}

/// Those that are to be read at Mollie. Timers are told by the orders themselves.
async fn awaited(session: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<BTreeSet<Uuid>, StoreError> {
    let due = lookup::Entity::find()
        .select_only()
        .column(lookup::Column::OrderId)
        .filter(lookup::Column::OrderId.is_in(ids))
        .filter(lookup::Column::DueTime.is_not_null().or(lookup::Column::OwedTime.is_not_null()));
    let due: Vec<Uuid> = due.into_tuple().all(session).await.map_err(store_error)?;
    Ok(due.into_iter().collect())
}
