//! Lines that a request selects: by their ids or the caller's references, and what its faults say of them.

use domain::ports::OrderKey;
use domain::rules::ids::OrderId;
use domain::rules::shipment;
use domain::rules::violation::Violation;
use tonic::Status;

use super::{Visit, errors};
use crate::proto::ErrorReason;

/// The faults of a request; if one names an unknown line, it lists the known ones.
pub async fn with_line_ids(rpc: &Visit, id: OrderId, mut faults: Vec<Violation>) -> Vec<Violation> {
    if faults.iter().any(shipment::names_no_line) {
        // Without the order the faults are the same, but say less.
        if let Ok(Some(order)) = rpc.find_order(&OrderKey::Id(id)).await {
            shipment::name_lines(&mut faults, &order);
        }
    }
    faults
}

/// Puts lines' ids in the place of their references. What is no reference of the order stays as it is, for the rules to refuse.
///
/// # Errors
/// NOT_FOUND, if references are given and there is no such order: nobody knows then whether they are wrong.
pub async fn by_id(rpc: &Visit, order_id: &str, texts: Vec<&mut String>) -> Result<(), Status> {
    let Some(id) = OrderId::parse(order_id) else { return Ok(()) };
    if texts.iter().any(|text| shipment::is_reference(text)) {
        let order = rpc.find_order(&OrderKey::Id(id)).await?;
        let missing = || errors::not_found(ErrorReason::OrderNotFound, format_args!("order {id}"));
        shipment::by_id(&order.ok_or_else(missing)?, texts);
    }
    Ok(())
}
