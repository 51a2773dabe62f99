//! What changing the tracking needs.

use crate::rules::ids::ShipmentId;
use crate::rules::shipment::Tracking;

/// The tracking of a shipment, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub shipment_id: ShipmentId,
    pub tracking: Tracking,
}
