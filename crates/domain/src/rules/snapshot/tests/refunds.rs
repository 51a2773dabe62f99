//! What listed refunds say of the lines, and which of them an answer lacks.

use super::*;
use crate::rules::ids::MollieRefundId;
use crate::rules::payment::Payment;

fn part(quantity: u32, value: &str) -> Part {
    Part { quantity, amount: euro(value) }
}

fn refund(id: &str, status: RefundStatus, parts: &[(usize, Part)]) -> RefundSnapshot {
    let lines = &snapshot(OrderStatus::Paid, LineStatus::Paid).lines;
    RefundSnapshot {
        mollie_id: MollieRefundId::new(id),
        payment_id: Some(MolliePaymentId::new("tr_1")),
        amount: euro("5.00"),
        status: Read::Known(status),
        created_time: at(3),
        description: Field::LeftOut,
        lines: parts.iter().map(|(line, part)| (lines[*line].mollie_id.clone(), *part)).collect(),
        settlement_amount: None,
        ours: None,
    }
}

fn reported(refunds: Option<Vec<RefundSnapshot>>) -> Snapshot {
    Snapshot { refunds, ..snapshot(OrderStatus::Paid, LineStatus::Paid) }
}

fn payment(refunded: Option<&str>) -> Payment {
    Payment {
        amount_refunded: refunded.map(euro),
        paid_time: Some(at(2)),
        ..fixtures::payment("tr_1", euro("1027.99"), PaymentStatus::Paid)
    }
}

#[test]
fn only_a_failed_or_canceled_refund_gives_its_units_back() {
    for status in RefundStatus::ALL {
        let is_void = matches!(status, RefundStatus::Failed | RefundStatus::Canceled);
        let refund = refund("re_1", *status, &[(0, part(1, "299.00"))]);
        assert_eq!(refund.is_void(), is_void, "{status:?}");
        let counted = reported(Some(vec![refund])).counted_by_refunds();
        let expected = if is_void { part(0, "0.00") } else { part(1, "299.00") };
        assert_eq!(counted.lines[0].refunded, Some(expected), "{status:?}");
    }
    let strange = RefundSnapshot {
        status: Read::Unknown("reversed".to_owned()),
        ..refund("re_1", RefundStatus::Pending, &[])
    };
    assert!(!strange.is_void(), "what is not understood counts");
}

#[test]
fn listed_refunds_count_and_where_none_are_listed_the_counters_do() {
    let mut unlisted = reported(None);
    unlisted.lines[0].refunded = Some(part(1, "299.00"));
    assert_eq!(unlisted.clone().counted_by_refunds().lines[0].refunded, Some(part(1, "299.00")));
    let refunds = vec![
        refund("re_1", RefundStatus::Refunded, &[(0, part(1, "299.00")), (1, part(1, "329.99"))]),
        refund("re_2", RefundStatus::Pending, &[(0, part(1, "399.00"))]),
        refund("re_3", RefundStatus::Pending, &[]),
    ];
    let counted = Snapshot { refunds: Some(refunds), ..unlisted }.counted_by_refunds();
    let refunded: Vec<_> = counted.lines.iter().map(|line| line.refunded).collect();
    assert_eq!(refunded, [Some(part(2, "698.00")), Some(part(1, "329.99"))]);
}

#[test]
fn a_counter_that_no_reading_of_the_list_explains_is_named() {
    let list = vec![
        refund("re_1", RefundStatus::Refunded, &[(0, part(1, "299.00"))]),
        refund("re_2", RefundStatus::Failed, &[(0, part(1, "399.00"))]),
    ];
    let odd = |counted: Option<Part>| {
        let mut reported = reported(Some(list.clone()));
        reported.lines[0].refunded = counted;
        let found: Vec<_> =
            reported.miscounted_refunds().into_iter().map(|(_, one, two)| (one, two)).collect();
        found
    };
    assert_eq!(odd(Some(part(1, "299.00"))), [], "the one that stands");
    assert_eq!(odd(Some(part(2, "698.00"))), [], "the failed one, too");
    assert_eq!(odd(Some(part(0, "0.00"))), [(part(0, "0.00"), part(1, "299.00"))]);
    assert_eq!(odd(None), []);
}

#[test]
fn refunds_are_missed_only_where_another_field_shows_some() {
    let is_missed = |change: fn(&mut Snapshot)| {
        let mut reported = reported(None);
        change(&mut reported);
        let missed = reported.refunds_left_out().is_some();
        reported.refunds = Some(Vec::new());
        assert!(reported.refunds_left_out().is_none(), "a list is a list");
        missed
    };
    assert!(!is_missed(|_| ()));
    assert!(!is_missed(|it| it.amount_refunded = Some(euro("0.00"))));
    assert!(is_missed(|it| it.amount_refunded = Some(euro("0.01"))));
    assert!(!is_missed(|it| it.lines[1].refunded = Some(part(0, "0.00"))));
    assert!(is_missed(|it| it.lines[1].refunded = Some(part(1, "329.99"))));
    assert!(!is_missed(|it| it.payments = Some(vec![payment(None)])));
    assert!(is_missed(|it| it.payments = Some(vec![payment(Some("5.00"))])));
}

#[test]
fn a_payments_own_list_adds_what_the_order_lacks_and_never_takes_lines_away() {
    let by_lines = refund("re_1", RefundStatus::Pending, &[(0, part(1, "299.00"))]);
    let later = |lines: &[(usize, Part)]| refund("re_1", RefundStatus::Refunded, lines);
    let merged = |listed: Vec<RefundSnapshot>| {
        let id = MolliePaymentId::new("tr_1");
        let merged = reported(Some(vec![by_lines.clone()])).with_refunds_of(id.clone(), listed);
        assert_eq!(merged.refunds_of, [id]);
        merged.refunds.unwrap()
    };
    assert_eq!(merged(Vec::new()), std::slice::from_ref(&by_lines));
    let status = Read::Known(RefundStatus::Refunded);
    assert_eq!(merged(vec![later(&[])]), [RefundSnapshot { status, ..by_lines.clone() }]);
    let whole = later(&[(1, part(1, "329.99"))]);
    assert_eq!(merged(vec![whole.clone()]), [whole]);
    let other = refund("re_2", RefundStatus::Queued, &[]);
    assert_eq!(merged(vec![other.clone()]), [by_lines.clone(), other]);
    let listed = reported(None).with_refunds_of(MolliePaymentId::new("tr_1"), Vec::new());
    assert_eq!(listed.refunds, Some(Vec::new()));
}

#[test]
fn refunds_that_are_left_aside_are_gone_and_the_others_stay() {
    let list = vec![refund("re_1", RefundStatus::Pending, &[]), refund("re_2", RefundStatus::Pending, &[])];
    let kept = without_refunds(reported(Some(list)), |refund| refund.mollie_id.as_str() == "re_1");
    let ids: Vec<_> = kept.refunds.iter().flatten().map(|refund| refund.mollie_id.as_str()).collect();
    assert_eq!(ids, ["re_2"]);
}
