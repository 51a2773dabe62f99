//! The subject of a request's answer or of an operation.

use super::ids::{RefundId, ReturnId, ShipmentId};

/// The subject of a request's answer or of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The order as a whole.
    Order,
    Shipment(ShipmentId),
    Refund(RefundId),
    /// Of an answer only: its operations cancel lines and make refunds.
    Return(ReturnId),
}

impl Subject {
    /// The shipment, if it is one.
    #[must_use]
    pub const fn shipment(self) -> Option<ShipmentId> {
        match self {
            Self::Order | Self::Refund(_) | Self::Return(_) => None,
            Self::Shipment(id) => Some(id),
        }
    }

    /// The refund, if it is one.
    #[must_use]
    pub const fn refund(self) -> Option<RefundId> {
        match self {
            Self::Order | Self::Shipment(_) | Self::Return(_) => None,
            Self::Refund(id) => Some(id),
        }
    }

    /// The return, if it is one.
    #[must_use]
    pub const fn returned(self) -> Option<ReturnId> {
        match self {
            Self::Order | Self::Shipment(_) | Self::Refund(_) => None,
            Self::Return(id) => Some(id),
        }
    }

    /// From the id of a shipment, of a refund or of a return; the order, if there is none.
    #[must_use]
    pub fn of(shipment: Option<ShipmentId>, refund: Option<RefundId>, returned: Option<ReturnId>) -> Self {
        let returned = returned.map_or(Self::Order, Self::Return);
        let refund = refund.map_or(returned, Self::Refund);
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
        let returned = ReturnId::new(Uuid::from_u128(3));
        for (subject, parts) in [
            (Subject::Order, (None, None, None)),
            (Subject::Shipment(shipment), (Some(shipment), None, None)),
            (Subject::Refund(refund), (None, Some(refund), None)),
            (Subject::Return(returned), (None, None, Some(returned))),
        ] {
            assert_eq!((subject.shipment(), subject.refund(), subject.returned()), parts);
            assert_eq!(Subject::of(parts.0, parts.1, parts.2), subject);
        }
    }
}
