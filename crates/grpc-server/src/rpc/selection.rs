//! Lines that a request selects: what its faults say of them.

use domain::ports::{OrderKey, Store};
use domain::rules::ids::OrderId;
use domain::rules::shipment;
use domain::rules::violation::Violation;

use super::OrderRpc;

/// The faults of a request; if one names an unknown line, it lists the known ones.
pub async fn with_line_ids(rpc: &OrderRpc, id: OrderId, mut faults: Vec<Violation>) -> Vec<Violation> {
    if faults.iter().any(shipment::names_no_line) {
        // Without the order the faults are the same, but say less.
        if let Ok(Some(order)) = rpc.service().store.load_order(&OrderKey::Id(id)).await {
            shipment::name_lines(&mut faults, &order);
        }
    }
    faults
}
