//! Orders by when they changed last: the time of their last event. So nothing about it is kept with the
//! order, whose row changes without touching an index. It may not decide what a change is.

use domain::ports::{Changed, OrderFilter, Page, PageKey, StoreError};
use domain::rules::ids::OrderId;
use jiff::Timestamp;
use sea_orm::prelude::TimeDateTimeWithTimeZone;
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Order};
use sea_orm::{ConnectionTrait, FromQueryResult, QueryFilter, QuerySelect, QueryTrait};

use crate::entity::event;
use crate::entity::order::Model;
use crate::error::store_error;
use crate::moment;
use crate::order::{filtered, with_operations};
use crate::page;
use crate::row::Row;

/// An order's last event: sequences have no gaps.
const IS_LAST: &str = "NOT EXISTS (SELECT 1 FROM events AS later
    WHERE later.order_id = events.order_id AND later.sequence = events.sequence + 1)";

/// An order with the time of its last event.
#[derive(FromQueryResult)]
struct Moved {
    changed_time: TimeDateTimeWithTimeZone,
    #[sea_orm(nested)]
    order: Model,
}

pub(crate) async fn list(
    session: &impl ConnectionTrait,
    filter: &OrderFilter,
    since: Timestamp,
    after: Option<PageKey>,
    limit: u32,
) -> Result<Page<Changed, PageKey>, StoreError> {
    let time = || Expr::col(("events", "time"));
    let id = || Expr::col(("events", "order_id"));
    let mut select =
        filtered(filter).expr_as(time(), "changed_time").filter(time().gt(moment::column(since)));
    select = select.filter(Expr::cust(IS_LAST));
    if let Some(PageKey { time: last, id: last_id }) = after {
        let last = Expr::tuple([Expr::val(moment::column(last)), Expr::val(last_id.uuid())]);
        select = select.filter(Expr::tuple([time(), id()]).gt(last));
    }
    // The events come first: their index gives them in the order of the list.
    QueryTrait::query(&mut select)
        .join(JoinType::InnerJoin, event::Entity, Expr::cust("events.order_id = orders.id"))
        .order_by_expr(time(), Order::Asc)
        .order_by_expr(id(), Order::Asc);
    let select = select.limit(page::fetched(limit)).into_model::<Moved>();
    let mut rows = select.all(session).await.map_err(store_error)?;
    let limit = page::affordable(&rows, limit, |row| row.order.document.len());
    rows.truncate(limit as usize + 1);
    let times = rows.iter().map(|row| {
        let place = Row::new("events", format_args!("{}/{}", row.order.id, row.order.version));
        Ok((OrderId::new(row.order.id), place.time("time", row.changed_time)?))
    });
    let times = times.collect::<Result<Vec<_>, StoreError>>()?;
    let found = with_operations(session, rows.into_iter().map(|row| row.order).collect()).await?;
    let changed = times.into_iter().zip(found).map(|((_, time), found)| Changed { time, found }).collect();
    Ok(page::cut(changed, limit, |one: &Changed| PageKey { time: one.time, id: one.found.order.id }))
}
