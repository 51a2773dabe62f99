//! Review items about goods that left and cannot be registered, because their order is over or their units went elsewhere; and about
//! what stays behind when all goods have left.

use crate::rules::item::{Concern, ItemKind};
use crate::rules::money::Money;
use crate::rules::order::{Line, Order};
use crate::rules::shipment::{Shipment, worth};
use crate::rules::status::OrderStatus;
use crate::rules::text::printable;

/// A parcel that left too late. `unpaid`: what its goods are worth, less the money that is still held for them.
#[must_use]
pub fn late_parcel(order: &Order, shipment: &Shipment, unpaid: Money) -> Concern {
    let status = order.facts.status.map_or(order.placement.as_str(), OrderStatus::as_str);
    let worth = worth(order, &shipment.lines);
    let text = format!(
        "Goods worth {worth} left as shipment {}, and the order is {status}. Nothing was sent to Mollie, and {unpaid} of that is paid \
         by nobody: have the shopper pay, or the goods returned.",
        shipment.id
    );
    Concern {
        kind: ItemKind::LateParcel,
        subject: shipment.id.to_string(),
        text: printable(&text),
        operation_id: None,
    }
}

/// A line that stays open though no more goods are to leave.
#[must_use]
pub fn line_left_open(order: &Order, line: &Line) -> Concern {
    let (id, amount) = (line.id, line.available().amount);
    let todo = match (order.captures_by_shipment(), amount.minor() >= 0) {
        (true, true) => {
            "What is not shipped is not captured: ship it with CreateShipment, or cancel it with CancelOrderLines."
        }
        (true, false) => {
            "The shopper is owed that: refund it with CreateRefund, and then cancel the line, naming it in release_line_ids."
        }
        (false, true) => {
            "The order is not completed before: ship it with CreateShipment, or give its money back with CreateRefund."
        }
        (false, false) => "The order is not completed before: ship it with CreateShipment.",
    };
    let text = format!(
        "No more goods are to leave, and {amount} of line {id} is neither shipped nor canceled. {todo}"
    );
    Concern { kind: ItemKind::LineLeftOpen, subject: line.path(), text: printable(&text), operation_id: None }
}

/// A held parcel that can never be captured: what it waited for was shipped or canceled elsewhere.
#[must_use]
pub fn parcel_left_alone(order: &Order, shipment: &Shipment, unpaid: Money) -> Concern {
    let worth = worth(order, &shipment.lines);
    let text = format!(
        "Goods worth {worth} left as shipment {}, which waited for other parcels. Those were shipped or canceled elsewhere, and what takes \
         money off the order leaves nothing of this one to capture: {unpaid} of it is paid by nobody. Have the shopper pay, or the goods \
         returned.",
        shipment.id
    );
    Concern {
        kind: ItemKind::ShipmentRefused,
        subject: shipment.id.to_string(),
        text: printable(&text),
        operation_id: None,
    }
}

/// A held parcel whose units somebody else shipped or canceled.
#[must_use]
pub fn overtaken_parcel(shipment: &Shipment) -> Concern {
    let text = format!(
        "Shipment {} waited for other parcels, and meanwhile its units were shipped or canceled elsewhere: compare the parcels that left \
         with those in Mollie's dashboard.",
        shipment.id
    );
    Concern {
        kind: ItemKind::ShipmentRefused,
        subject: shipment.id.to_string(),
        text: printable(&text),
        operation_id: None,
    }
}
