//! The subject of a request's answer or of an operation.

use super::ids::ShipmentId;

/// The subject of a request's answer or of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The order as a whole.
    Order,
    Shipment(ShipmentId),
}

impl Subject {
    /// The shipment, if it is one.
    #[must_use]
    pub const fn shipment(self) -> Option<ShipmentId> {
        match self {
            Self::Order => None,
            Self::Shipment(id) => Some(id),
        }
    }
}
