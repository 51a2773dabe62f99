//! What canceling lines needs.

use crate::rules::shipment::ShipmentLine;

/// Cancels units of lines. Quantity and amount are always sent: Mollie takes a missing one, and an empty list, to mean "all".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub lines: Vec<ShipmentLine>,
}
