//! What registering a shipment needs.

use crate::rules::ids::ShipmentId;
use crate::rules::shipment::{ShipmentLine, Tracking};

/// Registers a shipment. Quantity and amount are always sent: Mollie takes a missing one to mean "all".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub shipment_id: ShipmentId,
    pub lines: Vec<ShipmentLine>,
    pub tracking: Option<Tracking>,
}
