//! What changing the tracking needs.

use crate::rules::ids::ShipmentId;
use crate::rules::shipment::Tracking;

/// How a parcel is to be followed, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub shipment_id: ShipmentId,
    pub tracking: Tracking,
}
