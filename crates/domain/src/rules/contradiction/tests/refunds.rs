//! Which refunds are not believed.

use super::*;
use crate::rules::ids::MollieRefundId;
use crate::rules::snapshot::RefundSnapshot;
use crate::rules::status::RefundStatus;

fn refund(amount: Money, parts: &[Part]) -> RefundSnapshot {
    let line = &snapshot(OrderStatus::Authorized, LineStatus::Authorized).lines[0];
    RefundSnapshot {
        mollie_id: MollieRefundId::new("re_1"),
        payment_id: None,
        amount,
        status: Read::Known(RefundStatus::Pending),
        created_time: at(3),
        description: Field::LeftOut,
        lines: parts.iter().map(|part| (line.mollie_id.clone(), *part)).collect(),
        settlement_amount: None,
        ours: None,
    }
}

#[test]
fn a_refund_gives_back_more_than_nothing_and_in_the_orders_currency() {
    let list = |refunds: Vec<RefundSnapshot>| reported(|it| it.refunds = Some(refunds));
    let doubt = |one: RefundSnapshot| doubted(list(vec![refund(euro("5.00"), &[]), one]));
    assert_eq!(doubt(refund(euro("0.01"), &[])), [""; 0]);
    assert_eq!(doubt(refund(euro("5.00"), &[part(0, "0.00")])), [""; 0]);
    assert_eq!(doubt(refund(euro("0.00"), &[])), ["_embedded.refunds[1].amount"]);
    assert_eq!(doubt(refund(euro("-0.01"), &[])), ["_embedded.refunds[1].amount"]);
    assert_eq!(doubt(refund(dollars("5.00"), &[])), ["_embedded.refunds[1].amount"]);
    assert_eq!(doubt(refund(euro("5.00"), &[part(0, "5.00")])), ["_embedded.refunds[1].lines"]);
    let foreign = Part { quantity: 1, amount: dollars("5.00") };
    assert_eq!(doubt(refund(euro("5.00"), &[foreign])), ["_embedded.refunds[1].amount"]);
}

/// A list that lacks a refund would say that it does not exist.
#[test]
fn an_impossible_refund_discards_every_list() {
    let read = |refunds| {
        let of = MolliePaymentId::new("tr_1");
        believed(&order(), reported(|it| (it.refunds, it.refunds_of) = (Some(refunds), vec![of])))
    };
    let whole = read(vec![refund(euro("5.00"), &[])]);
    assert_eq!((whole.refunds.map(|list| list.len()), whole.refunds_of.len()), (Some(1), 1));
    let odd = read(vec![refund(euro("5.00"), &[]), refund(euro("0.00"), &[])]);
    assert_eq!((odd.refunds, odd.refunds_of), (None, Vec::new()));
}
