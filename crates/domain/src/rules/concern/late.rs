//! Review items about goods that left and cannot be registered: their order is over, or their units went elsewhere.

use crate::rules::item::{Concern, ItemKind};
use crate::rules::money::Money;
use crate::rules::order::Order;
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
