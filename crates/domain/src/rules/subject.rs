//! What a request is answered about, or an operation is about.

use super::ids::ShipmentId;

/// What a request is answered about, or an operation is about.
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
