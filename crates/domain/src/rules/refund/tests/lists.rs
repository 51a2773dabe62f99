//! Which payments' own lists of refunds are read.

use super::*;
use crate::rules::field::Field;
use crate::rules::fixtures::snapshot;
use crate::rules::ids::MollieRefundId;
use crate::rules::snapshot::{RefundSnapshot, Snapshot};

fn listed(id: &str, payment: Option<&str>, amount: &str, status: RefundStatus) -> RefundSnapshot {
    RefundSnapshot {
        mollie_id: MollieRefundId::new(id),
        payment_id: payment.map(MolliePaymentId::new),
        amount: euro(amount),
        status: Read::Known(status),
        created_time: at(3),
        description: Field::LeftOut,
        lines: Vec::new(),
        settlement_amount: None,
        ours: None,
    }
}

fn read(refunded: &[(&str, Option<&str>)], refunds: Vec<RefundSnapshot>) -> Snapshot {
    let paid = |(id, refunded): &(&str, Option<&str>)| Payment {
        amount_refunded: refunded.map(euro),
        ..payment(id, euro("1027.99"), PaymentStatus::Paid)
    };
    Snapshot {
        payments: Some(refunded.iter().map(paid).collect()),
        refunds: Some(refunds),
        ..snapshot(OrderStatus::Paid, LineStatus::Paid)
    }
}

fn to_read(snapshot: &Snapshot, known: &[Refund]) -> Vec<String> {
    payments_to_read(snapshot, known).iter().map(ToString::to_string).collect()
}

#[test]
fn a_list_is_read_where_its_payment_refunded_something_else_than_is_listed() {
    use RefundStatus::{Canceled, Failed, Pending};
    let of = |amount, status| listed("re_1", Some("tr_1"), amount, status);
    let wanted =
        |told: Option<&str>, refunds| to_read(&read(&[("tr_1", told), ("tr_2", None)], refunds), &[]);
    assert_eq!(wanted(None, Vec::new()), [""; 0]);
    assert_eq!(wanted(Some("5.00"), Vec::new()), ["tr_1"]);
    assert_eq!(wanted(Some("5.00"), vec![of("5.00", Pending)]), [""; 0]);
    assert_eq!(wanted(Some("5.01"), vec![of("5.00", Pending)]), ["tr_1"]);
    assert_eq!(wanted(None, vec![of("5.00", Failed)]), [""; 0]);
    assert_eq!(wanted(None, vec![of("5.00", Canceled)]), [""; 0]);
    assert_eq!(wanted(Some("5.00"), vec![listed("re_1", None, "5.00", Pending)]), ["tr_1"]);
    let two = vec![of("5.00", Pending), listed("re_2", Some("tr_2"), "1.00", Pending)];
    assert_eq!(wanted(Some("5.00"), two), ["tr_2"]);
}

#[test]
fn a_list_is_read_where_a_refund_that_is_followed_is_not_listed() {
    let ours = |mollie_id: Option<&str>, status| Refund {
        mollie_id: mollie_id.map(MollieRefundId::new),
        status: Some(Read::Known(status)),
        ..registered(1, euro("5.00"), Some("tr_1"), 0)
    };
    let reading = read(&[("tr_1", None), ("tr_2", None)], Vec::new());
    assert_eq!(to_read(&reading, &[ours(Some("re_1"), RefundStatus::Pending)]), ["tr_1"]);
    assert_eq!(to_read(&reading, &[ours(Some("re_1"), RefundStatus::Refunded)]), [""; 0]);
    assert_eq!(to_read(&reading, &[ours(None, RefundStatus::Pending)]), [""; 0]);
    let failed = vec![listed("re_1", Some("tr_1"), "5.00", RefundStatus::Failed)];
    let reading = read(&[("tr_1", None)], failed);
    assert_eq!(to_read(&reading, &[ours(Some("re_1"), RefundStatus::Pending)]), [""; 0]);
    assert_eq!(to_read(&reading, &[ours(Some("re_2"), RefundStatus::Pending)]), ["tr_1"]);
}
