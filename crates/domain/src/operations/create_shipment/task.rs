//! What registering a shipment needs.

use crate::rules::ids::ShipmentId;
use crate::rules::shipment::{ShipmentLine, Tracking};

/// Registers a shipment. Quantity and amount are always sent: Mollie takes a missing one to mean "all".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub shipment_id: ShipmentId,
    /// Those of the parcel, and of the held ones that go along.
    pub lines: Vec<ShipmentLine>,
    pub carries: Vec<ShipmentId>,
    pub tracking: Option<Tracking>,
}
