//! Refunds in their table. It may not decide what a refund gives back.

use domain::ports::StoreError;
use domain::rules::ids::{OrderId, RefundId};
use domain::rules::refund::Refund;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::entity::refund::{Column, Entity, Model};
use crate::error::store_error;

/// Writes refunds whole, new or changed, in one statement. Their order's version guard covers them.
pub(crate) async fn save(session: &impl ConnectionTrait, refunds: &[Refund]) -> Result<(), StoreError> {
    if refunds.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = refunds.iter().map(Model::try_from).collect::<Result<_, _>>()?;
    let mut replace = OnConflict::column(Column::Id);
    replace.update_columns([Column::State, Column::Status, Column::MollieId, Column::Document]);
    Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
        .on_conflict(replace)
        .exec_without_returning(session)
        .await
        .map(drop)
        .map_err(store_error)
}

pub(crate) async fn load(session: &impl ConnectionTrait, id: RefundId) -> Result<Option<Refund>, StoreError> {
    let row = Entity::find_by_id(id.uuid()).one(session).await;
    row.map_err(store_error)?.map(Refund::try_from).transpose()
}

pub(crate) async fn list(session: &impl ConnectionTrait, order: OrderId) -> Result<Vec<Refund>, StoreError> {
    let rows = Entity::find()
        .filter(Column::OrderId.eq(order.uuid()))
        .order_by_asc(Column::CreatedTime)
        .order_by_asc(Column::Id)
        .all(session)
        .await
        .map_err(store_error)?;
    rows.into_iter().map(Refund::try_from).collect()
}
