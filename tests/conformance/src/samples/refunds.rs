//! Refunds: with nothing that may be missing, and with every field set.

use domain::rules::ids::{LineId, MolliePaymentId, MollieRefundId, RefundId};
use domain::rules::order::Order;
use domain::rules::refund::{Override, Refund, RefundState, Route};
use domain::rules::shipment::{Origin, ShipmentLine};
use domain::rules::status::{Read, RefundStatus};

use super::*;

pub fn refund(order: &Order) -> Refund {
    Refund {
        id: RefundId::new(uuid()),
        order_id: order.id,
        state: RefundState::Recorded,
        origin: Origin::Here,
        sequence: 2,
        mollie_id: None,
        route: Route::Order,
        payment_id: None,
        amount: euro("5.00"),
        lines: vec![ShipmentLine { line_id: LineId::new(1), part: part(1, "5.00") }],
        not_leaving: Vec::new(),
        description: None,
        overrides: Vec::new(),
        status: None,
        created_time: at(10),
        registered_time: None,
        rejection: None,
        settlement_amount: None,
        merged_into: None,
    }
}

pub fn full_refund(order: &Order, status: Read<RefundStatus>) -> Refund {
    Refund {
        state: RefundState::NeedsAttention,
        origin: Origin::Elsewhere,
        sequence: u64::from(u32::MAX) + 1,
        mollie_id: Some(MollieRefundId::new("re_4qqhO89gsT")),
        route: Route::Payment,
        payment_id: Some(MolliePaymentId::new("tr_7UhSN1zuXS")),
        not_leaving: vec![(LineId::new(1), 1)],
        description: Some("one photo book – “out of stock”".into()),
        overrides: Override::ALL.to_vec(),
        status: Some(status),
        created_time: micros(11, 1),
        registered_time: Some(at(12)),
        rejection: Some(rejection()),
        settlement_amount: Some(euro("-5.00")),
        merged_into: Some(RefundId::new(uuid())),
        ..refund(order)
    }
}
