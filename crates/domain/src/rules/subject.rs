//! The subject of a request's answer or of an operation.

use super::ids::{RefundId, ShipmentId};

/// The subject of a request's answer or of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The order as a whole.
    Order,
    Shipment(ShipmentId),
    Refund(RefundId),
}

impl Subject {
    /// The shipment, if it is one.
    #[must_use]
    pub const fn shipment(self) -> Option<ShipmentId> {
        match self {
            Self::Order | Self::Refund(_) => None,
            Self::Shipment(id) => Some(id),
        }
    }

    /// The refund, if it is one.
    #[must_use]
    pub const fn refund(self) -> Option<RefundId> {
        match self {
            Self::Order | Self::Shipment(_) => None,
            Self::Refund(id) => Some(id),
        }
    }

    /// From the id of a shipment or of a refund; the order, if there is neither.
    #[must_use]
    pub fn of(shipment: Option<ShipmentId>, refund: Option<RefundId>) -> Self {
        let refund = refund.map_or(Self::Order, Self::Refund);
        shipment.map_or(refund, Self::Shipment)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_subject_is_one_thing() {
        let (shipment, refund) = (ShipmentId::new(Uuid::from_u128(1)), RefundId::new(Uuid::from_u128(2)));
        for (subject, parts) in [
            (Subject::Order, (None, None)),
            (Subject::Shipment(shipment), (Some(shipment), None)),
            (Subject::Refund(refund), (None, Some(refund))),
        ] {
            assert_eq!((subject.shipment(), subject.refund()), parts);
            assert_eq!(Subject::of(parts.0, parts.1), subject);
        }
    }
}
