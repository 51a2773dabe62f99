//! Operator items as messages.

use domain::rules::item::{Closure, Item, ItemKind};

use super::common::{count, time};
use crate::proto;
use crate::proto::operator_item;

pub fn item(item: &Item) -> proto::OperatorItem {
    proto::OperatorItem {
        number: count(item.number),
        kind: kind(item.kind).into(),
        subject: item.subject.clone(),
        text: item.text.clone(),
        operation_id: item.operation_id.map(|id| id.to_string()).unwrap_or_default(),
        raised_time: Some(time(item.raised_time)),
        closed: item.closed.as_ref().map(closure),
    }
}

fn closure(closure: &Closure) -> operator_item::Closure {
    let (by, reason) = (closure.by.clone(), closure.reason.clone());
    operator_item::Closure { time: Some(time(closure.time)), by, reason }
}

fn kind(kind: ItemKind) -> proto::OperatorItemKind {
    match kind {
        ItemKind::ShipmentRefused => proto::OperatorItemKind::ShipmentRefused,
        ItemKind::LatePlacement => proto::OperatorItemKind::LatePlacement,
        ItemKind::SurplusPayment => proto::OperatorItemKind::SurplusPayment,
        ItemKind::SurplusShipment => proto::OperatorItemKind::SurplusShipment,
        ItemKind::SurplusOrder => proto::OperatorItemKind::SurplusOrder,
        ItemKind::DeductionLeft => proto::OperatorItemKind::DeductionLeft,
        ItemKind::Overcaptured => proto::OperatorItemKind::Overcaptured,
        ItemKind::MoneyOnEndedOrder => proto::OperatorItemKind::MoneyOnEndedOrder,
    }
}
