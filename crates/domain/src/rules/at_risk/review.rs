//! Whether an open item keeps the goods of a line from being shipped before a person has looked. It may not say which parcels are at fault:
//! those are counted as parcels.

use crate::rules::ids::LineId;
use crate::rules::item::{Item, ItemKind};
use crate::rules::order::Order;

/// Whether an open item is about the line, or about the order's money as a whole.
pub fn concerns(order: &Order, line: LineId) -> bool {
    order.items.iter().filter(|item| item.is_open()).any(|item| is_about(item, line))
}

fn is_about(item: &Item, line: LineId) -> bool {
    match item.kind {
        // What is to be shipped, paid or delivered at all is in doubt.
        ItemKind::LatePlacement
        | ItemKind::SurplusPayment
        | ItemKind::SurplusShipment
        | ItemKind::SurplusOrder
        | ItemKind::Overcaptured
        | ItemKind::MoneyOnEndedOrder
        | ItemKind::SurplusCancellation
        | ItemKind::SurplusLine
        | ItemKind::Chargeback
        | ItemKind::SupersededPaid
        | ItemKind::Underpaid
        | ItemKind::FoundAfterRestore => true,
        ItemKind::DeductionLeft | ItemKind::LineLeftOpen => line_of(item) == Some(line),
        // Their parcels are counted by themselves.
        ItemKind::ShipmentRefused
        | ItemKind::CaptureLost
        | ItemKind::LateParcel
        // These are about money that was captured before, or about no money.
        | ItemKind::RefundFailed
        | ItemKind::RefundRefused
        | ItemKind::SurplusRefund
        | ItemKind::RefundsDiffer
        | ItemKind::NumberShared
        | ItemKind::NumberDiffers => false,
    }
}

/// The line of a subject such as `lines/2` or `lines/2/3`.
fn line_of(item: &Item) -> Option<LineId> {
    LineId::parse(item.subject.strip_prefix("lines/")?.split('/').next()?)
}
