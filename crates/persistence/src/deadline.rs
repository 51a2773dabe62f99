//! Orders by when they must be shipped, and what they may still capture. It may not decide either.

use domain::ports::{DeadlineFilter, DeadlinePageKey, DeadlineSum, OrderWithOperations, Page, StoreError};
use domain::rules::ids::OrderId;
use domain::rules::money::{Currency, Money};
use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use crate::entity::order::{Column, Entity};
use crate::error::store_error;
use crate::profile;
use crate::{moment, order, page};

pub(crate) async fn list(
    session: &impl ConnectionTrait,
    filter: &DeadlineFilter,
    after: Option<DeadlinePageKey>,
    limit: u32,
) -> Result<Page<OrderWithOperations, DeadlinePageKey>, StoreError> {
    let mut select = filtered(filter).order_by_asc(Column::ShipBy).order_by_asc(Column::Id);
    if let Some(DeadlinePageKey { ship_by, id }) = after {
        let place = Expr::tuple([Expr::col(Column::ShipBy), Expr::col(Column::Id)]);
        let last = Expr::tuple([Expr::val(moment::column(ship_by)), Expr::val(id.uuid())]);
        select = select.filter(place.gt(last));
    }
    let rows = select.limit(page::fetched(limit)).all(session).await.map_err(store_error)?;
    order::page_of(session, rows, limit, |row| {
        let ship_by = row.ship_by.and_then(moment::timestamp).unwrap_or(Timestamp::MAX);
        Ok(DeadlinePageKey { ship_by, id: OrderId::new(row.id) })
    })
    .await
}

pub(crate) async fn sum(
    session: &impl ConnectionTrait,
    filter: &DeadlineFilter,
) -> Result<Vec<DeadlineSum>, StoreError> {
    let is_sqlite = session.get_database_backend() == DbBackend::Sqlite;
    let day = if is_sqlite {
        "substr(ship_by, 1, 10)"
    } else {
        "to_char(ship_by AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
    };
    let day = Expr::cust(day);
    // A sum of bigints is no bigint on PostgreSQL.
    let sums = filtered(filter)
        .select_only()
        .expr(day.clone())
        .column(Column::Currency)
        .expr(Column::Id.count())
        .expr(Column::ToCaptureMinor.sum().cast_as("bigint"))
        .group_by(day.clone())
        .group_by(Column::Currency)
        .order_by_asc(day)
        .order_by_asc(Column::Currency)
        .into_tuple::<(String, String, i64, i64)>();
    let rows = sums.all(session).await.map_err(store_error)?;
    rows.into_iter().map(read_sum).collect()
}

fn read_sum((day, currency, orders, minor): (String, String, i64, i64)) -> Result<DeadlineSum, StoreError> {
    let unreadable = || StoreError::Inconsistent(format!("table orders: {orders} for {day} in {currency}"));
    let known = Currency::parse(&currency).zip(u64::try_from(orders).ok()).zip(day.parse().ok());
    let ((currency, orders), day) = known.ok_or_else(unreadable)?;
    Ok(DeadlineSum { day, orders, to_capture: Money::from_minor(minor, currency) })
}

/// Those of which something is left to be captured.
fn filtered(filter: &DeadlineFilter) -> Select<Entity> {
    let mut select = Entity::find().filter(Column::ShipBy.is_not_null());
    if let Some(within) = profile::within(Column::Profile, &filter.profiles) {
        select = select.filter(within);
    }
    if let Some(mode) = filter.mode {
        select = select.filter(Column::Mode.eq(mode.as_str()));
    }
    if let Some(from) = filter.from {
        select = select.filter(Column::ShipBy.gte(moment::column(from)));
    }
    if let Some(before) = filter.before {
        select = select.filter(Column::ShipBy.lt(moment::column(before)));
    }
    select
}
