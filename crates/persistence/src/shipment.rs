//! Shipments in their table. It may not decide what a shipment takes.

use domain::ports::StoreError;
use domain::rules::ids::{OrderId, ShipmentId};
use domain::rules::shipment::Shipment;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QueryTrait,
};

use crate::archive;
use crate::entity::shipment::{Column, Entity, Model};
use crate::error::store_error;
use crate::part::Part;

/// Writes shipments whole, new or changed, in one statement. Their order's version guard covers them.
pub(crate) fn save(backend: DbBackend, shipments: &[Shipment]) -> Result<Option<Part>, StoreError> {
    if shipments.is_empty() {
        return Ok(None);
    }
    let rows: Vec<_> = shipments.iter().map(Model::try_from).collect::<Result<_, _>>()?;
    let mut replace = OnConflict::column(Column::Id);
    replace.update_columns([Column::State, Column::MollieId, Column::Document]);
    let insert = Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model));
    Ok(Some(Part::free("shipments", insert.on_conflict(replace).build(backend))))
}

pub(crate) async fn load(
    session: &impl ConnectionTrait,
    id: ShipmentId,
) -> Result<Option<Shipment>, StoreError> {
    let find = || Entity::find_by_id(id.uuid()).one(session);
    let mut row = find().await.map_err(store_error)?;
    if row.is_none() {
        row = match archive::by_part(session, id.uuid()).await? {
            Some(body) => body.shipments()?.into_iter().find(|row| row.id == id.uuid()),
            // It may have been brought back meanwhile.
            None => find().await.map_err(store_error)?,
        };
    }
    row.map(Shipment::try_from).transpose()
}

pub(crate) async fn list(
    session: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Vec<Shipment>, StoreError> {
    let (rows, archived) = archive::rows_or_body::<Entity>(session, order).await?;
    let rows = archived.map_or(Ok(rows), |body| body.shipments())?;
    rows.into_iter().map(Shipment::try_from).collect()
}

/// Of several orders, as lists have them: none is archived.
pub(crate) async fn of(
    session: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Vec<Shipment>, StoreError> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let rows = Entity::find()
        .filter(Column::OrderId.is_in(orders.iter().map(|order| order.uuid())))
        .order_by_asc(Column::CreatedTime)
        .order_by_asc(Column::Id)
        .all(session)
        .await
        .map_err(store_error)?;
    rows.into_iter().map(Shipment::try_from).collect()
}
