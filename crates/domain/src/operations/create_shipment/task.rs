//! What registering a shipment needs.

use crate::rules::ids::ShipmentId;
use crate::rules::shipment::{ShipmentLine, Tracking};

/// A shipment is to be registered. Quantity and amount are always sent: what is left out, Mollie takes for "all".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub shipment_id: ShipmentId,
    pub lines: Vec<ShipmentLine>,
    pub tracking: Option<Tracking>,
}
