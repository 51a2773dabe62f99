//! Review items as messages.

use domain::rules::item::{Closure, Item, ItemKind};

use super::common::{count, time};
use crate::proto;
use crate::proto::review_item;

pub fn item(item: &Item) -> proto::ReviewItem {
    proto::ReviewItem {
        number: count(item.number),
        kind: kind(item.kind).into(),
        subject: item.subject.clone(),
        text: item.text.clone(),
        operation_id: item.operation_id.map(|id| id.to_string()).unwrap_or_default(),
        raised_time: Some(time(item.raised_time)),
        closed: item.closed.as_ref().map(closure),
    }
}

fn closure(closure: &Closure) -> review_item::Closure {
    let (by, reason) = (closure.by.clone(), closure.reason.clone());
    review_item::Closure { time: Some(time(closure.time)), by, reason }
}

fn kind(kind: ItemKind) -> proto::ReviewItemKind {
    match kind {
        ItemKind::ShipmentRefused => proto::ReviewItemKind::ShipmentRefused,
        ItemKind::LatePlacement => proto::ReviewItemKind::LatePlacement,
        ItemKind::SurplusPayment => proto::ReviewItemKind::SurplusPayment,
        ItemKind::SurplusShipment => proto::ReviewItemKind::SurplusShipment,
        ItemKind::SurplusOrder => proto::ReviewItemKind::SurplusOrder,
        ItemKind::DeductionLeft => proto::ReviewItemKind::DeductionLeft,
        ItemKind::Overcaptured => proto::ReviewItemKind::Overcaptured,
        ItemKind::MoneyOnEndedOrder => proto::ReviewItemKind::MoneyOnEndedOrder,
        ItemKind::SurplusCancellation => proto::ReviewItemKind::SurplusCancellation,
        ItemKind::RefundFailed => proto::ReviewItemKind::RefundFailed,
        ItemKind::RefundRefused => proto::ReviewItemKind::RefundRefused,
        ItemKind::SurplusRefund => proto::ReviewItemKind::SurplusRefund,
        ItemKind::RefundsDiffer => proto::ReviewItemKind::RefundsDiffer,
        ItemKind::LateParcel => proto::ReviewItemKind::LateParcel,
        ItemKind::LineLeftOpen => proto::ReviewItemKind::LineLeftOpen,
        ItemKind::CaptureLost => proto::ReviewItemKind::CaptureLost,
        ItemKind::Chargeback => proto::ReviewItemKind::Chargeback,
        ItemKind::NumberShared => proto::ReviewItemKind::NumberShared,
        ItemKind::SurplusLine => proto::ReviewItemKind::SurplusLine,
        ItemKind::NumberDiffers => proto::ReviewItemKind::NumberDiffers,
        ItemKind::SupersededPaid => proto::ReviewItemKind::SupersededPaid,
        ItemKind::Underpaid => proto::ReviewItemKind::Underpaid,
        ItemKind::FoundAfterRestore => proto::ReviewItemKind::FoundAfterRestore,
    }
}
