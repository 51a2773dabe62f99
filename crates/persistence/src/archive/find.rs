//! Archived orders by what names them. It may not change them.

use domain::ports::{OrderKey, StoreError};
use domain::rules::ids::{OrderId, ProfileName};
use sea_orm::sea_query::{Expr, ExprTrait, Query, UnionType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select,
    Statement,
};
use uuid::Uuid;

use super::body::Body;
use crate::entity::archived_order::{Column, Entity};
use crate::entity::{archived_part, order};
use crate::error::store_error;

pub(crate) async fn by_id(
    session: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Option<Body>, StoreError> {
    one(session, Entity::find_by_id(order.uuid())).await
}

/// Those of the orders that are archived, in any order.
pub(crate) async fn by_ids(session: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<Vec<Body>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = Entity::find().filter(Column::Id.is_in(ids)).all(session).await.map_err(store_error)?;
    rows.iter().map(Body::unpack).collect()
}

/// The order with this operation, shipment or refund.
pub(crate) async fn by_part(session: &impl ConnectionTrait, id: Uuid) -> Result<Option<Body>, StoreError> {
    Ok(by_parts(session, vec![id]).await?.pop())
}

/// The orders with these, each once.
pub(crate) async fn by_parts(
    session: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<Vec<Body>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let orders = Query::select()
        .column(archived_part::Column::OrderId)
        .from(archived_part::Entity)
        .and_where(archived_part::Column::Id.is_in(ids))
        .take();
    let rows = Entity::find().filter(Column::Id.in_subquery(orders)).all(session).await;
    rows.map_err(store_error)?.iter().map(Body::unpack).collect()
}

pub(crate) async fn by_key(
    session: &impl ConnectionTrait,
    key: &OrderKey,
) -> Result<Option<order::Model>, StoreError> {
    let found = one(session, named(key)).await?;
    found.map(|body| body.order()).transpose()
}

fn named(key: &OrderKey) -> Select<Entity> {
    match key {
        OrderKey::Id(id) => Entity::find_by_id(id.uuid()),
        OrderKey::MollieId(id) => {
            Entity::find().filter(Column::MollieId.eq(id)).order_by_desc(Column::CreatedTime)
        }
        // As in the table of orders: the one that holds the number, or else the newest.
        OrderKey::Number { profile, order_number } => {
            let holds_none_or_another = Column::HeldNumber.is_null().or(Column::HeldNumber.ne(order_number));
            let by = |column: Column| {
                let mut one = Query::select();
                one.column(Column::Id).from(Entity);
                one.and_where(Column::Profile.eq(profile.as_str())).and_where(column.eq(order_number));
                one
            };
            let numbered = by(Column::OrderNumber).union(UnionType::All, by(Column::HeldNumber)).take();
            Entity::find()
                .filter(Column::Id.in_subquery(numbered))
                .order_by_asc(holds_none_or_another)
                .order_by_desc(Column::CreatedTime)
                .order_by_desc(Column::Id)
        }
    }
}

async fn one(session: &impl ConnectionTrait, select: Select<Entity>) -> Result<Option<Body>, StoreError> {
    let row = select.one(session).await.map_err(store_error)?;
    row.as_ref().map(Body::unpack).transpose()
}

/// The rows that an order has in a table, oldest first, or what is archived of it: by one statement, so that an order which leaves or comes
/// back in this moment is not taken for one that has nothing.
pub(crate) async fn rows_or_body<E: EntityTrait>(
    session: &impl ConnectionTrait,
    order: OrderId,
) -> Result<(Vec<E::Model>, Option<Body>), StoreError> {
    let sql = format!(
        "SELECT its.*, archived.format, archived.body FROM (SELECT 1 AS one) AS always
        LEFT JOIN {} AS its ON its.order_id = $1
        LEFT JOIN archived_orders AS archived ON archived.id = $1
        ORDER BY its.created_time, its.id",
        E::default().table_name()
    );
    let statement =
        Statement::from_sql_and_values(session.get_database_backend(), sql, [order.uuid().into()]);
    let found = session.query_all_raw(statement).await.map_err(store_error)?;
    let rows = found.iter().map(|row| E::Model::from_query_result_optional(row, ""));
    let rows = rows.filter_map(Result::transpose).collect::<Result<_, _>>().map_err(store_error)?;
    let Some(first) = found.first() else { return Ok((rows, None)) };
    let format: Option<i64> = first.try_get("", "format").map_err(store_error)?;
    let body: Option<Vec<u8>> = first.try_get("", "body").map_err(store_error)?;
    let body = format.zip(body).map(|(format, body)| Body::read(order.uuid(), format, &body));
    Ok((rows, body.transpose()?))
}

pub(super) async fn is_there(session: &impl ConnectionTrait, order: OrderId) -> Result<bool, StoreError> {
    let id = Entity::find_by_id(order.uuid()).select_only().column(Column::Id);
    let id: Option<Uuid> = id.into_tuple().one(session).await.map_err(store_error)?;
    Ok(id.is_some())
}

/// The first profile after this one, by name, that has archived orders, and the mode of the newest of these.
pub(crate) async fn next_profile(
    session: &impl ConnectionTrait,
    behind: &str,
) -> Result<Option<(String, String)>, StoreError> {
    let next = Entity::find()
        .select_only()
        .columns([Column::Profile, Column::Mode])
        .filter(Column::Profile.gt(behind))
        .order_by_asc(Column::Profile)
        .order_by_desc(Column::CreatedTime)
        .limit(1);
    next.into_tuple().one(session).await.map_err(store_error)
}

/// Mollie's id of the profile's newest archived order that it has.
pub(crate) async fn mollie_id_of_newest(
    session: &impl ConnectionTrait,
    profile: &ProfileName,
) -> Result<Option<String>, StoreError> {
    let newest = Entity::find()
        .select_only()
        .column(Column::MollieId)
        .filter(Column::Profile.eq(profile.as_str()))
        .filter(Expr::col(Column::MollieId).is_not_null())
        .order_by_desc(Column::CreatedTime)
        .limit(1);
    newest.into_tuple().one(session).await.map_err(store_error)
}
