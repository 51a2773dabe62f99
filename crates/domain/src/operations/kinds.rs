//! From a task to its room: the only match over kinds; and what rooms do unasked.

use super::facts::Lane;
use super::kind::Kind;
use super::pen::Pen;
use super::task::{OperationKind, Task};
use super::{cancel_order, create_refund, create_shipment};

impl Task {
    /// Its room.
    #[must_use]
    pub fn kind(&self) -> &dyn Kind {
        match self {
            Self::PlaceOrder(task) => task,
            Self::CreateShipment(task) => task,
            Self::UpdateShipment(task) => task,
            Self::CancelOrder(task) => task,
            Self::CancelLines(task) => task,
            Self::CreateRefund(task) => task,
            Self::CancelRefund(task) => task,
            Self::CreatePayment(task) => task,
            Self::UpdateOrder(task) => task,
            Self::ManageLines(task) => task,
            #[cfg(feature = "made-up")]
            Self::MadeUp(task) => task,
        }
    }

    /// What it does, by name.
    #[must_use]
    pub fn name(&self) -> OperationKind {
        self.kind().facts().name
    }

    /// Whether it opens a page on which a shopper pays.
    #[must_use]
    pub fn opens_checkout(&self) -> bool {
        self.kind().facts().opens_checkout
    }

    /// The queue of its order that it is in.
    #[must_use]
    pub fn lane(&self) -> Lane {
        self.kind().facts().lane
    }
}

/// What rooms do once a reading is recorded, though nobody asked.
pub fn after_reading(pen: &mut Pen<'_>) {
    create_shipment::review(pen);
    create_shipment::finish(pen);
    create_refund::give_back_surplus(pen);
    cancel_order::end_superseded(pen);
}
