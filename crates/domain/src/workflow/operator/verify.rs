//! Whether what an operator names at Mollie is the effect of the operation. Read, not believed: nothing is written here.

use super::error::OperatorError;
use crate::ports::{Gateway, GatewayError, Ports, StoreError};
use crate::rules::contradiction::believed;
use crate::rules::ids::MollieOrderId;
use crate::rules::operation::{Operation, OperationKind};
use crate::rules::order::Order;
use crate::rules::shipment::{Shipment, has_lines};
use crate::rules::snapshot::Snapshot;
use crate::workflow::ending::{Before, Ending};
use crate::workflow::hook_address;
use crate::workflow::resolve::{Look, look_for_cancellation};
use crate::workflow::step::missing;

/// The ending that the id at Mollie stands for.
pub(super) async fn ending<P: Ports>(
    ports: &P,
    operation: &Operation,
    before: &Before,
    mollie_id: &str,
) -> Result<Ending, OperatorError> {
    let order = &before.order;
    match operation.kind {
        OperationKind::PlaceOrder => placed(ports, order, mollie_id).await,
        OperationKind::CreateShipment => {
            let snapshot = read(ports, order, &at_mollie(order, operation)?).await?;
            let ours = before.shipments.iter().find(|shipment| Some(shipment.id) == operation.shipment_id);
            let ours = ours.ok_or_else(|| missing("shipment", operation))?;
            shipped(order, ours, &before.shipments, &snapshot, mollie_id)
        }
        OperationKind::CancelOrder => canceled(ports, operation, order, mollie_id).await,
    }
}

fn at_mollie(order: &Order, operation: &Operation) -> Result<MollieOrderId, StoreError> {
    order.mollie_id.clone().ok_or_else(|| missing("order at Mollie", operation))
}

async fn read<P: Ports>(ports: &P, order: &Order, id: &MollieOrderId) -> Result<Snapshot, OperatorError> {
    match ports.gateway().observe(&order.profile, id).await {
        Ok(snapshot) => Ok(believed(order, snapshot)),
        Err(GatewayError::NotFound) => Err(OperatorError::NotAtMollie { mollie_id: id.to_string() }),
        Err(
            error
            @ (GatewayError::Unavailable(_) | GatewayError::KeyRefused(_) | GatewayError::Unreadable(_)),
        ) => Err(OperatorError::Unverified(error)),
    }
}

async fn placed<P: Ports>(ports: &P, order: &Order, mollie_id: &str) -> Result<Ending, OperatorError> {
    let snapshot = read(ports, order, &MollieOrderId::new(mollie_id)).await?;
    if snapshot.webhook_url.as_deref() != Some(hook_address(ports, order).as_str()) {
        return Err(misfit(mollie_id, "its webhook address is not this order's"));
    }
    Ok(Ending::Placed(Box::new(snapshot), Vec::new()))
}

fn shipped(
    order: &Order,
    ours: &Shipment,
    known: &[Shipment],
    snapshot: &Snapshot,
    mollie_id: &str,
) -> Result<Ending, OperatorError> {
    if let Some(left_out) = snapshot.shipments_left_out() {
        return Err(OperatorError::Unverified(GatewayError::Unreadable(left_out)));
    }
    let mut shipments = snapshot.shipments.iter().flatten();
    let theirs = shipments.find(|theirs| theirs.mollie_id.as_str() == mollie_id);
    let theirs = theirs.ok_or_else(|| OperatorError::NotAtMollie { mollie_id: mollie_id.to_owned() })?;
    let is_of = |other: &&Shipment| other.mollie_id.as_ref() == Some(&theirs.mollie_id);
    if let Some(other) = known.iter().find(is_of) {
        return Err(misfit(mollie_id, &format!("it is shipment {}", other.id)));
    }
    if !has_lines(order, ours, theirs) {
        return Err(misfit(mollie_id, "its lines, quantities or amounts are others"));
    }
    Ok(Ending::Shipped(theirs.clone()))
}

async fn canceled<P: Ports>(
    ports: &P,
    operation: &Operation,
    order: &Order,
    mollie_id: &str,
) -> Result<Ending, OperatorError> {
    let id = at_mollie(order, operation)?;
    if id.as_str() != mollie_id {
        return Err(misfit(mollie_id, &format!("the order to be canceled is {id}")));
    }
    let snapshot = read(ports, order, &id).await?;
    match look_for_cancellation(ports, operation, order, snapshot).await? {
        Look::Found(ending) => Ok(ending),
        Look::Absent(_) => Err(misfit(mollie_id, "it is not canceled")),
        Look::Doubtful(difference) => Err(misfit(mollie_id, &difference)),
        Look::Unreadable(error) => Err(OperatorError::Unverified(error)),
    }
}

fn misfit(mollie_id: &str, difference: &str) -> OperatorError {
    OperatorError::DoesNotFit { mollie_id: mollie_id.to_owned(), difference: difference.to_owned() }
}
