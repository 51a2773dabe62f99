//! Operator items: what a person must look at, because money or goods may not be where they belong and no rule can tell.
//! An item is raised once, stays on the order, and is closed by a person.

use jiff::Timestamp;

use super::ids::{MollieOrderId, MollieShipmentId, OperationId};
use super::operation::Operation;
use super::order::Order;
use super::refusal::Rejection;
use super::shipment::Shipment;
use super::status::words;
use super::text::printable;

mod capture;
mod ended;
mod surplus;

pub use capture::{deductions_left, overcaptured};
pub use ended::money_on_ended_order;
pub use surplus::{made_before, surplus_payments, surplus_shipment};

words!(
    /// Why a person must look.
    ItemKind {
        /// Goods left, and Mollie refused to register them: in the authorized flow their money is not captured.
        ShipmentRefused = "shipment_refused",
        /// The shopper paid or authorized an order that was given up for its age.
        LatePlacement = "late_placement",
        /// More was paid or authorized than the order costs.
        SurplusPayment = "surplus_payment",
        /// The same goods may be registered, and captured, twice.
        SurplusShipment = "surplus_shipment",
        /// A second order stands at Mollie for one of ours.
        SurplusOrder = "surplus_order",
        /// A line that takes money off was canceled behind goods that were shipped: the shopper is owed its amount.
        DeductionLeft = "deduction_left",
        /// Mollie shows more captured than was authorized.
        Overcaptured = "overcaptured",
        /// The order is canceled or expired, and a payment holds the shopper's money.
        MoneyOnEndedOrder = "money_on_ended_order",
    }
);

/// Something to be looked at, not raised yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    pub kind: ItemKind,
    /// What it is about: an id at Mollie, an operation of ours, or a line (`lines/2`). With the kind it tells one item from another.
    pub subject: String,
    /// What happened and what to do. Holds nothing personal.
    pub text: String,
    pub operation_id: Option<OperationId>,
}

/// That a person has looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    pub time: Timestamp,
    pub by: String,
    pub reason: String,
}

/// Something a person must look at, or has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// From 1 within the order.
    pub number: u32,
    pub kind: ItemKind,
    pub subject: String,
    pub text: String,
    pub operation_id: Option<OperationId>,
    pub raised_time: Timestamp,
    pub closed: Option<Closure>,
}

impl Item {
    /// Whether nobody has closed it yet.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    fn is_about(&self, concern: &Concern) -> bool {
        (self.kind, &self.subject) == (concern.kind, &concern.subject)
    }
}

/// The item this becomes on the order; `None` if it was raised before, closed by now or not.
#[must_use]
pub(super) fn item(order: &Order, concern: Concern, now: Timestamp) -> Option<Item> {
    if order.items.iter().any(|item| item.is_about(&concern)) {
        return None;
    }
    let Concern { kind, subject, text, operation_id } = concern;
    let number = order.items.iter().map(|item| item.number).max().unwrap_or(0).saturating_add(1);
    Some(Item { number, kind, subject, text, operation_id, raised_time: now, closed: None })
}

/// A shipment that Mollie refused. `found`: what a reading told of its units.
#[must_use]
pub fn shipment_refused(
    operation: &Operation,
    shipment: &Shipment,
    rejection: &Rejection,
    found: &str,
) -> Concern {
    let text = format!(
        "Mollie refused shipment {}: {rejection}. {found} If the goods left, their money is not captured: correct what Mollie \
         names and ship again, or find out why Mollie differs.",
        shipment.id
    );
    Concern {
        kind: ItemKind::ShipmentRefused,
        subject: operation.id.to_string(),
        text: printable(&text),
        operation_id: Some(operation.id),
    }
}

/// An order that was found paid or authorized when nobody waited for it any more.
#[must_use]
pub fn late_placement(operation: &Operation, mollie_id: &MollieOrderId, status: &str) -> Concern {
    let text = format!(
        "Mollie order {mollie_id} was found only after the placement's age limit and is {status} already. The caller \
         may have given it up: deliver it, or give the money back."
    );
    Concern {
        kind: ItemKind::LatePlacement,
        subject: mollie_id.to_string(),
        text: printable(&text),
        operation_id: Some(operation.id),
    }
}

/// An order that nobody waits for any more, and that Mollie does not cancel.
#[must_use]
pub fn late_placement_stays(
    operation: &Operation,
    mollie_id: &MollieOrderId,
    rejection: &Rejection,
) -> Concern {
    let text = format!(
        "Mollie order {mollie_id} was found only after the placement's age limit, and Mollie refused to cancel it: \
         {rejection}. It is paid or can still be: cancel it in Mollie's dashboard, deliver it, or give the money back."
    );
    Concern {
        kind: ItemKind::LatePlacement,
        subject: mollie_id.to_string(),
        text: printable(&text),
        operation_id: Some(operation.id),
    }
}

/// An order at Mollie under the hook address of one of ours, beside that one.
#[must_use]
pub fn surplus_order(order: &Order, theirs: &MollieOrderId) -> Concern {
    let text = match &order.mollie_id {
        Some(ours) => format!(
            "Beside {ours}, Mollie holds order {theirs} for this order: it may be paid twice. Cancel {theirs} in \
             Mollie's dashboard, or give its money back."
        ),
        None => format!(
            "Mollie holds order {theirs} for this order, which is {} here: it may be paid for goods nobody sends. \
             Cancel it in Mollie's dashboard, or give its money back.",
            order.placement.as_str()
        ),
    };
    Concern {
        kind: ItemKind::SurplusOrder,
        subject: theirs.to_string(),
        text: printable(&text),
        operation_id: None,
    }
}

fn twice(theirs: &MollieShipmentId, ours: &Shipment) -> String {
    format!(
        "Shipment {theirs} at Mollie has the lines and tracking of our shipment {} ({}), which is not it: the same goods \
         may be captured twice, or captured although refused. Compare the parcels that left with both.",
        ours.id,
        ours.state.as_str()
    )
}

#[cfg(test)]
mod tests;
