//! Which refunds and chargebacks a person must look at.

use super::*;
use crate::rules::cause::{Cause, Grounds};
use crate::rules::field::Field;
use crate::rules::fixtures::snapshot;
use crate::rules::ids::MollieRefundId;
use crate::rules::item::Item;
use crate::rules::snapshot::{RefundSnapshot, Snapshot};
use crate::rules::status::RefundStatus;

fn of_the_first_line(status: RefundStatus) -> Snapshot {
    let mut reported = snapshot(OrderStatus::Paid, LineStatus::Paid);
    let part = Part { quantity: 1, amount: euro("299.00") };
    reported.refunds = Some(vec![RefundSnapshot {
        mollie_id: MollieRefundId::new("re_1"),
        payment_id: None,
        amount: euro("299.00"),
        status: Read::Known(status),
        created_time: at(3),
        description: Field::LeftOut,
        lines: vec![(reported.lines[0].mollie_id.clone(), part)],
        settlement_amount: None,
        ours: None,
    }]);
    reported
}

#[test]
fn a_line_whose_refunds_differ_is_raised_with_both_figures() {
    let mut reported = of_the_first_line(RefundStatus::Refunded);
    let raised = refunds_differ(&order(Vec::new()), &reported);
    let said: Vec<_> = raised.iter().map(|it| (it.kind, it.subject.as_str())).collect();
    assert_eq!(said, [(ItemKind::RefundsDiffer, "lines/1")]);
    assert!(raised[0].text.contains("0 units, 0.00 EUR"), "{}", raised[0].text);
    assert!(raised[0].text.contains("1 units, 299.00 EUR"), "{}", raised[0].text);
    reported.lines[0].refunded = Some(Part { quantity: 1, amount: euro("299.00") });
    assert_eq!(refunds_differ(&order(Vec::new()), &reported), []);
}

#[test]
fn each_payment_with_money_charged_back_is_raised() {
    let taken = |id, amount: Option<&str>| Payment {
        amount_charged_back: amount.map(euro),
        ..payment(id, PaymentStatus::Paid, "500.00", Some(at(2)))
    };
    let payments = vec![taken("tr_1", None), taken("tr_2", Some("0.00")), taken("tr_3", Some("0.01"))];
    let raised = charged_back(&[], &order(payments.clone()));
    let said: Vec<_> = raised.iter().map(|it| (it.kind, it.subject.as_str())).collect();
    assert_eq!(said, [(ItemKind::Chargeback, "tr_3")]);
    assert!(raised[0].text.contains("0.01 EUR of payment tr_3"), "{}", raised[0].text);
    // The reading that found the payment may have shown it, and told nobody.
    assert_eq!(charged_back(&payments, &order(payments.clone())).len(), 1, "nobody was told");
    let mut recorder = Recorder::new(order(payments.clone()), at(3), Grounds::of(Cause::LookUp));
    recorder.raise(raised[0].clone());
    assert_eq!(charged_back(&payments, recorder.order()), [], "it has not changed");
}

/// The bank returned the first, or did not: the second is told as well.
#[test]
fn a_payment_that_is_charged_back_again_is_raised_again() {
    let taken = |amount: Option<&str>| Payment {
        amount_charged_back: amount.map(euro),
        ..payment("tr_1", PaymentStatus::Paid, "500.00", Some(at(2)))
    };
    let mut order = order(vec![taken(Some("20.00"))]);
    let item = |subject: &str| Item {
        number: 1,
        kind: ItemKind::Chargeback,
        subject: subject.to_owned(),
        text: String::new(),
        operation_id: None,
        raised_time: at(1),
        closed: None,
    };
    order.items = vec![item("tr_1"), item("tr_10")];
    for (before, expected) in [(Some("10.00"), Some("tr_1/2")), (None, Some("tr_1/2")), (Some("30.00"), None)]
    {
        let raised = charged_back(&[taken(before)], &order);
        let said = raised.first().map(|it| it.subject.as_str());
        assert_eq!(said, expected, "{before:?}");
    }
    order.items.push(item("tr_1/2"));
    assert_eq!(charged_back(&[], &order)[0].subject, "tr_1/3");
}
