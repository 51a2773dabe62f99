//! Refunds in their table. It may not decide what a refund gives back.

use domain::ports::{Page, RefundFilter, RefundPageKey, RefundSum, StoreError};
use domain::rules::ids::{OrderId, RefundId};
use domain::rules::money::{Currency, Money};
use domain::rules::refund::Refund;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};

use crate::archive;
use crate::entity::order;
use crate::entity::refund::{Column, Entity, Model};
use crate::error::store_error;
use crate::part::Part;
use crate::profile;
use crate::{moment, page};

/// Writes refunds whole, new or changed, in one statement. Their order's version guard covers them.
pub(crate) fn save(backend: DbBackend, refunds: &[Refund]) -> Result<Option<Part>, StoreError> {
    if refunds.is_empty() {
        return Ok(None);
    }
    let rows: Vec<_> = refunds.iter().map(Model::try_from).collect::<Result<_, _>>()?;
    let mut replace = OnConflict::column(Column::Id);
    replace.update_columns([
        Column::State,
        Column::Status,
        Column::MollieId,
        Column::Currency,
        Column::Amount,
        Column::Document,
        Column::RegisteredTime,
    ]);
    let insert = Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model));
    Ok(Some(Part::free("refunds", insert.on_conflict(replace).build(backend))))
}

pub(crate) async fn load(session: &impl ConnectionTrait, id: RefundId) -> Result<Option<Refund>, StoreError> {
    let find = || Entity::find_by_id(id.uuid()).one(session);
    let mut row = find().await.map_err(store_error)?;
    if row.is_none() {
        row = match archive::by_part(session, id.uuid()).await? {
            Some(body) => body.refunds()?.into_iter().find(|row| row.id == id.uuid()),
            // It may have been brought back meanwhile.
            None => find().await.map_err(store_error)?,
        };
    }
    row.map(Refund::try_from).transpose()
}

pub(crate) async fn list(session: &impl ConnectionTrait, order: OrderId) -> Result<Vec<Refund>, StoreError> {
    let (rows, archived) = archive::rows_or_body::<Entity>(session, order).await?;
    let rows = archived.map_or(Ok(rows), |body| body.refunds())?;
    rows.into_iter().map(Refund::try_from).collect()
}

pub(crate) async fn find(
    session: &impl ConnectionTrait,
    filter: &RefundFilter,
    after: Option<RefundPageKey>,
    limit: u32,
) -> Result<Page<Refund, RefundPageKey>, StoreError> {
    let mut select = filtered(filter).order_by_asc(Column::RegisteredTime).order_by_asc(Column::Id);
    if let Some(RefundPageKey { registered_time, id }) = after {
        let place = Expr::tuple([Expr::col(Column::RegisteredTime), Expr::col(Column::Id)]);
        let last = Expr::tuple([Expr::val(moment::column(registered_time)), Expr::val(id.uuid())]);
        select = select.filter(place.gt(last));
    }
    let rows = select.limit(page::fetched(limit)).all(session).await.map_err(store_error)?;
    let refunds = rows.into_iter().map(Refund::try_from).collect::<Result<Vec<_>, _>>()?;
    let key = |refund: &Refund| RefundPageKey {
        registered_time: refund.registered_time.unwrap_or(refund.created_time),
        id: refund.id,
    };
    Ok(page::cut(refunds, limit, key))
}

pub(crate) async fn sum(
    session: &impl ConnectionTrait,
    filter: &RefundFilter,
) -> Result<Vec<RefundSum>, StoreError> {
    // A sum of bigints is no bigint on PostgreSQL.
    let sums = filtered(filter)
        .select_only()
        .column(Column::Currency)
        .expr(Column::Id.count())
        .expr(Column::Amount.sum().cast_as("bigint"))
        .group_by(Column::Currency)
        .order_by_asc(Column::Currency)
        .into_tuple::<(String, i64, i64)>();
    let rows = sums.all(session).await.map_err(store_error)?;
    rows.into_iter().map(|(currency, count, minor)| read_sum(&currency, count, minor)).collect()
}

fn read_sum(currency: &str, count: i64, minor: i64) -> Result<RefundSum, StoreError> {
    let known = Currency::parse(currency).zip(u64::try_from(count).ok());
    let unreadable = || StoreError::Inconsistent(format!("table refunds: {count} of currency {currency}"));
    let (currency, count) = known.ok_or_else(unreadable)?;
    Ok(RefundSum { count, amount: Money::from_minor(minor, currency) })
}

/// Those that Mollie has.
fn filtered(filter: &RefundFilter) -> Select<Entity> {
    let mut select = Entity::find().filter(Column::RegisteredTime.is_not_null());
    if !filter.statuses.is_empty() {
        select = select.filter(Column::Status.is_in(filter.statuses.iter().map(|status| status.as_str())));
    }
    if let Some(before) = filter.registered_before {
        select = select.filter(Column::RegisteredTime.lt(moment::column(before)));
    }
    if let Some(within) = profile::within(order::Column::Profile, &filter.profiles) {
        let orders = Query::select().column(order::Column::Id).from(order::Entity).and_where(within).take();
        select = select.filter(Column::OrderId.in_subquery(orders));
    }
    select
}
