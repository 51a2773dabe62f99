//! Tasks: what an operation does at Mollie, complete, as saved before anything is sent. Each room defines the data of its task.

#[cfg(feature = "made-up")]
use super::made_up;
use super::{
    cancel_lines, cancel_order, cancel_refund, create_payment, create_refund, create_shipment, manage_lines,
    place_order, update_order, update_shipment,
};
use crate::rules::status::words;

words!(
    /// What an operation does at Mollie.
    OperationKind {
        PlaceOrder = "place_order",
        CreateShipment = "create_shipment",
        UpdateShipment = "update_shipment",
        CancelOrder = "cancel_order",
        CancelLines = "cancel_lines",
        CreateRefund = "create_refund",
        CancelRefund = "cancel_refund",
        CreatePayment = "create_payment",
        UpdateOrder = "update_order",
        ManageLines = "manage_lines",
        MadeUp = "made_up" if "made-up",
    }
);

/// What to do at Mollie: all that is needed to make the same bytes again, except what is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    PlaceOrder(place_order::Task),
    CreateShipment(create_shipment::Task),
    UpdateShipment(update_shipment::Task),
    CancelOrder(cancel_order::Task),
    CancelLines(cancel_lines::Task),
    CreateRefund(create_refund::Task),
    CancelRefund(cancel_refund::Task),
    CreatePayment(create_payment::Task),
    UpdateOrder(update_order::Task),
    ManageLines(manage_lines::Task),
    #[cfg(feature = "made-up")]
    MadeUp(made_up::Task),
}

impl From<place_order::Task> for Task {
    fn from(task: place_order::Task) -> Self {
        Self::PlaceOrder(task)
    }
}

impl From<create_shipment::Task> for Task {
    fn from(task: create_shipment::Task) -> Self {
        Self::CreateShipment(task)
    }
}

impl From<update_shipment::Task> for Task {
    fn from(task: update_shipment::Task) -> Self {
        Self::UpdateShipment(task)
    }
}

impl From<cancel_order::Task> for Task {
    fn from(task: cancel_order::Task) -> Self {
        Self::CancelOrder(task)
    }
}

impl From<cancel_lines::Task> for Task {
    fn from(task: cancel_lines::Task) -> Self {
        Self::CancelLines(task)
    }
}

impl From<create_refund::Task> for Task {
    fn from(task: create_refund::Task) -> Self {
        Self::CreateRefund(task)
    }
}

impl From<cancel_refund::Task> for Task {
    fn from(task: cancel_refund::Task) -> Self {
        Self::CancelRefund(task)
    }
}

impl From<create_payment::Task> for Task {
    fn from(task: create_payment::Task) -> Self {
        Self::CreatePayment(task)
    }
}

impl From<update_order::Task> for Task {
    fn from(task: update_order::Task) -> Self {
        Self::UpdateOrder(task)
    }
}

impl From<manage_lines::Task> for Task {
    fn from(task: manage_lines::Task) -> Self {
        Self::ManageLines(task)
    }
}

#[cfg(feature = "made-up")]
impl From<made_up::Task> for Task {
    fn from(task: made_up::Task) -> Self {
        Self::MadeUp(task)
    }
}
