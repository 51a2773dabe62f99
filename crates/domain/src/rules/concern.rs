//! Review items in words: what happened and what to do. Each concern becomes one review item of the order.

use super::ids::{MollieOrderId, MollieShipmentId, OperationId};
use super::item::{Concern, ItemKind};
use super::order::Order;
use super::quote::quoted;
use super::rejection::Rejection;
use super::shipment::Shipment;
use super::text::printable;

mod capture;
mod ended;
mod late;
mod refunds;
mod superseded;
mod surplus;
mod surplus_line;
mod underpaid;

pub use capture::{capture_lost, deductions_left, deductions_told_again, overcaptured};
pub use ended::money_on_ended_order;
pub use late::{late_parcel, line_left_open, overtaken_parcel, parcel_left_alone};
pub use refunds::{charged_back, refund_failed, refund_refused, refunds_differ, surplus_refund};
pub use superseded::superseded_paid;
pub use surplus::{made_before, surplus_cancellation, surplus_payments, surplus_shipment};
pub use surplus_line::surplus_lines;
pub use underpaid::{no_longer_underpaid, underpaid};

/// A shipment that Mollie rejected. `along`: the parcels that were to go along with it. `found`: what a reading showed of their units.
#[must_use]
pub fn shipment_refused(
    operation: OperationId,
    shipment: &Shipment,
    along: &[Shipment],
    rejection: &Rejection,
    found: &str,
) -> Concern {
    let along: Vec<_> = along.iter().map(|parcel| parcel.id.to_string()).collect();
    let along = if along.is_empty() { String::new() } else { format!(" with {}", along.join(", ")) };
    let reason = rejection.to_string();
    let reason = reason.trim_end_matches('.');
    let text = format!(
        "Mollie refused shipment {}{along}: {reason}. {found} If the goods left, their money is not captured: correct what Mollie \
         names and ship again, or find out why its records differ.",
        shipment.id
    );
    Concern {
        kind: ItemKind::ShipmentRefused,
        subject: operation.to_string(),
        text: printable(&text),
        operation_id: Some(operation),
    }
}

/// An order that was found paid or authorized after its age limit.
#[must_use]
pub fn late_placement(operation: OperationId, mollie_id: &MollieOrderId, status: &str) -> Concern {
    let text = format!(
        "Mollie order {mollie_id} was found only after the placement's age limit and is already {status}. The caller \
         may have given it up: deliver it, or refund the money."
    );
    Concern {
        kind: ItemKind::LatePlacement,
        subject: mollie_id.to_string(),
        text: printable(&text),
        operation_id: Some(operation),
    }
}

/// An order past its age limit that Mollie does not cancel.
#[must_use]
pub fn late_placement_stays(
    operation: OperationId,
    mollie_id: &MollieOrderId,
    rejection: &Rejection,
) -> Concern {
    let text = format!(
        "Mollie order {mollie_id} was found only after the placement's age limit, and Mollie refused to cancel it: \
         {rejection}. It is paid or can still be paid: cancel it in Mollie's dashboard, deliver it, or refund the money."
    );
    Concern {
        kind: ItemKind::LatePlacement,
        subject: mollie_id.to_string(),
        text: printable(&text),
        operation_id: Some(operation),
    }
}

/// A duplicate order at Mollie under the hook address of one of ours.
#[must_use]
pub fn surplus_order(order: &Order, theirs: &MollieOrderId) -> Concern {
    let text = match &order.mollie_id {
        Some(ours) => format!(
            "Beside {ours}, Mollie holds order {theirs} for this order: the shopper may pay twice. Cancel {theirs} in \
             Mollie's dashboard, or give its money back."
        ),
        None => format!(
            "Mollie holds order {theirs} for this order, which is {} here: the shopper may pay for goods that are never sent. \
             Cancel or refund it in Mollie's dashboard.",
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

/// An order that keeps a number it had given away, although another one holds it by now.
#[must_use]
pub fn number_shared(number: &str) -> Concern {
    let text = format!(
        "What was to free number {number} of this order came to nothing: Mollie refused it, or the order that was to replace this one was \
         given up. Meanwhile another order has taken the number: both have it at Mollie. If the shopper ordered once, \
         cancel one of them; if not, give one of them another number."
    );
    Concern {
        kind: ItemKind::NumberShared,
        subject: number.to_owned(),
        text: printable(&text),
        operation_id: None,
    }
}

/// An order that has another number at Mollie.
#[must_use]
pub fn number_differs(ours: &str, theirs: &str) -> Concern {
    let text = format!(
        "Mollie shows this order under number {}; here it is {ours}. If somebody changed it in Mollie's dashboard, give it the same \
         number here (UpdateOrder), or change it back there.",
        quoted(theirs)
    );
    Concern {
        kind: ItemKind::NumberDiffers,
        subject: printable(theirs),
        text: printable(&text),
        operation_id: None,
    }
}

fn twice(theirs: &MollieShipmentId, ours: &Shipment) -> String {
    format!(
        "Shipment {theirs} at Mollie has the lines and tracking of our shipment {} ({}), which is a different one: the same \
         goods may be captured twice, or captured although ours was rejected. Compare the parcels that left with both.",
        ours.id,
        ours.state.as_str()
    )
}

#[cfg(test)]
mod tests;
