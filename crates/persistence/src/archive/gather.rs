//! Everything that orders have in the tables, each order's together. It may not change anything.

use std::collections::BTreeMap;

use domain::ports::StoreError;
use domain::rules::operation::OperationState;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Select};
use uuid::Uuid;

use super::body::Body;
use super::rows::{self, Fields};
use super::take::Taken;
use crate::entity::{event, lookup, operation, order, refund, shipment};
use crate::error::store_error;
use crate::tx::Tx;

/// The rows of one order on their way.
pub(super) struct Gathered {
    pub order: order::Model,
    pub body: Body,
    /// The ids of its operations, shipments and refunds.
    pub parts: Vec<Uuid>,
}

pub(super) async fn gather(tx: &Tx, taken: Vec<Taken>) -> Result<Vec<Gathered>, StoreError> {
    let ids: Vec<_> = taken.iter().map(|one| one.order.id).collect();
    let events = event::Entity::find().filter(event::Column::OrderId.is_in(ids.clone()));
    let mut events = grouped(tx, events.order_by_asc(event::Column::Sequence), |row| row.order_id).await?;
    let operations = operation::Entity::find().filter(operation::Column::OrderId.is_in(ids.clone()));
    let operations = operations.order_by_asc(operation::Column::Turn).order_by_asc(operation::Column::Id);
    let mut operations = grouped(tx, operations, |row| row.order_id).await?;
    let shipments = shipment::Entity::find().filter(shipment::Column::OrderId.is_in(ids.clone()));
    let shipments = shipments.order_by_asc(shipment::Column::CreatedTime).order_by_asc(shipment::Column::Id);
    let mut shipments = grouped(tx, shipments, |row| row.order_id).await?;
    let refunds = refund::Entity::find().filter(refund::Column::OrderId.is_in(ids));
    let refunds = refunds.order_by_asc(refund::Column::CreatedTime).order_by_asc(refund::Column::Id);
    let mut refunds = grouped(tx, refunds, |row| row.order_id).await?;
    let gather = |Taken { order, lookup }| {
        Rows {
            events: events.remove(&order.id).unwrap_or_default(),
            operations: operations.remove(&order.id).unwrap_or_default(),
            shipments: shipments.remove(&order.id).unwrap_or_default(),
            refunds: refunds.remove(&order.id).unwrap_or_default(),
            order,
            lookup,
        }
        .gathered()
    };
    taken.into_iter().map(gather).collect()
}

async fn grouped<E: EntityTrait>(
    tx: &Tx,
    select: Select<E>,
    order: impl Fn(&E::Model) -> Uuid,
) -> Result<BTreeMap<Uuid, Vec<E::Model>>, StoreError> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for row in select.all(tx).await.map_err(store_error)? {
        groups.entry(order(&row)).or_default().push(row);
    }
    Ok(groups)
}

/// One order's.
struct Rows {
    order: order::Model,
    lookup: Option<lookup::Model>,
    events: Vec<event::Model>,
    operations: Vec<operation::Model>,
    shipments: Vec<shipment::Model>,
    refunds: Vec<refund::Model>,
}

impl Rows {
    fn gathered(self) -> Result<Gathered, StoreError> {
        self.operations.iter().try_for_each(settled)?;
        let operations = self.operations.iter().map(|row| row.id);
        let shipments = self.shipments.iter().map(|row| row.id);
        let parts = operations.chain(shipments).chain(self.refunds.iter().map(|row| row.id)).collect();
        let body = Body {
            order: rows::write::<order::Entity>(self.order.clone())?,
            events: fields::<event::Entity>(self.events)?,
            operations: fields::<operation::Entity>(self.operations)?,
            shipments: fields::<shipment::Entity>(self.shipments)?,
            refunds: fields::<refund::Entity>(self.refunds)?,
            lookup: self.lookup.map(rows::write::<lookup::Entity>).transpose()?,
        };
        Ok(Gathered { order: self.order, body, parts })
    }
}

fn fields<E>(rows: Vec<E::Model>) -> Result<Vec<Fields>, StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    rows.into_iter().map(rows::write::<E>).collect()
}

/// The order counts what is not settled; if it has counted wrong, an operation must not get lost.
fn settled(row: &operation::Model) -> Result<(), StoreError> {
    match OperationState::parse(&row.state) {
        Some(state) if state.is_settled() => Ok(()),
        Some(_) | None => {
            let text = format!("operation {} is {} although its order has none open", row.id, row.state);
            Err(StoreError::Inconsistent(text))
        }
    }
}
