//! The review item about goods that left although their order was over.

use crate::rules::item::{Concern, ItemKind};
use crate::rules::money::Money;
use crate::rules::order::Order;
use crate::rules::shipment::Shipment;
use crate::rules::status::OrderStatus;
use crate::rules::text::printable;

/// A parcel that left too late. `unpaid`: what its goods are worth, less the money that is still held for them.
#[must_use]
pub fn late_parcel(order: &Order, shipment: &Shipment, unpaid: Money) -> Concern {
    let status = order.facts.status.map_or(order.placement.as_str(), OrderStatus::as_str);
    let worth = shipment.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.part.amount.minor()));
    let worth = Money::from_minor(worth, unpaid.currency());
    let text = format!(
        "Goods worth {worth} left as shipment {} when the order was {status}. Nothing was sent to Mollie, and {unpaid} of that is paid \
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
