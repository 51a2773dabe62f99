//! Which lists of chargebacks must be read beside an order, and what they say that is not known.

use super::chargeback::{Chargeback, ListedChargebacks};
use super::ids::MolliePaymentId;
use super::money::Money;
use super::payment::Payment;
use super::snapshot::Snapshot;

/// The payments whose list of chargebacks must be read: their sum is not that of the known ones that stand. `known`: the order's
/// payments.
#[must_use]
pub fn payments_to_read(snapshot: &Snapshot, known: &[Payment]) -> Vec<MolliePaymentId> {
    let standing = |payment: &Payment| {
        let ours = known.iter().filter(|ours| ours.mollie_id == payment.mollie_id);
        let chargebacks = ours.flat_map(|ours| &ours.particulars.chargebacks).filter(|one| one.stands());
        let amounts = chargebacks.filter_map(|one| one.amount).map(Money::minor);
        amounts.fold(0, i64::saturating_add)
    };
    let told = |payment: &Payment| payment.amount_charged_back.map_or(0, Money::minor);
    let payments = snapshot.payments.iter().flatten().filter(|payment| told(payment) != standing(payment));
    payments.map(|payment| payment.mollie_id.clone()).collect()
}

/// What a payment's list says that is not known of it, oldest first: Mollie's lists have the newest first.
#[must_use]
pub fn news(listed: &ListedChargebacks, known: &[Payment]) -> Vec<Chargeback> {
    let Some(payment) = known.iter().find(|payment| payment.mollie_id == listed.payment) else {
        return Vec::new();
    };
    let ours = &payment.particulars.chargebacks;
    let merged = listed.chargebacks.iter().rev().map(|theirs| {
        let before = ours.iter().find(|ours| ours.mollie_id == theirs.mollie_id);
        before.map_or_else(|| theirs.clone(), |before| theirs.clone().or(before))
    });
    merged.filter(|theirs| !ours.contains(theirs)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::{at, euro, payment, snapshot};
    use crate::rules::ids::MollieChargebackId;
    use crate::rules::status::{LineStatus, OrderStatus, PaymentStatus};

    fn chargeback(id: &str, value: &str) -> Chargeback {
        Chargeback {
            mollie_id: MollieChargebackId::new(id),
            amount: Some(euro(value)),
            settlement_amount: None,
            created_time: Some(at(1)),
            reversed_time: None,
            reason_code: Some("AC01".to_owned()),
            reason: None,
        }
    }

    fn with(chargebacks: Vec<Chargeback>) -> Payment {
        let mut payment = payment("tr_1", euro("10.00"), PaymentStatus::Paid);
        payment.particulars.chargebacks = chargebacks;
        payment
    }

    #[test]
    fn a_list_is_read_where_the_sum_is_not_that_of_the_known_ones_that_stand() {
        let wanted = |told: Option<&str>, known: &[Payment]| {
            let charged = Payment { amount_charged_back: told.map(euro), ..with(Vec::new()) };
            let snapshot =
                Snapshot { payments: Some(vec![charged]), ..snapshot(OrderStatus::Paid, LineStatus::Paid) };
            payments_to_read(&snapshot, known).len()
        };
        let (one, two) = (chargeback("chb_1", "4.00"), chargeback("chb_2", "1.00"));
        let back = Chargeback { reversed_time: Some(at(3)), ..two.clone() };
        assert_eq!((wanted(None, &[with(vec![])]), wanted(None, &[])), (0, 0));
        assert_eq!((wanted(Some("4.00"), &[with(vec![])]), wanted(Some("4.00"), &[])), (1, 1));
        assert_eq!(wanted(Some("4.00"), &[with(vec![one.clone()])]), 0);
        assert_eq!(wanted(Some("5.00"), &[with(vec![one.clone()])]), 1);
        assert_eq!(wanted(Some("5.00"), &[with(vec![one.clone(), two.clone()])]), 0);
        assert_eq!(wanted(Some("4.00"), &[with(vec![one.clone(), two])]), 1, "one of them was returned");
        assert_eq!(wanted(Some("4.00"), &[with(vec![one, back])]), 0);
    }

    #[test]
    fn news_are_what_is_not_known_and_what_a_list_leaves_out_stays_known() {
        let known = [with(vec![chargeback("chb_1", "4.00")])];
        let of = |payment: &str, chargebacks| {
            let payment = MolliePaymentId::new(payment);
            news(&ListedChargebacks { payment, chargebacks }, &known)
        };
        let bare =
            Chargeback { amount: None, created_time: None, reason_code: None, ..chargeback("chb_1", "1.00") };
        assert_eq!((of("tr_1", vec![bare.clone()]), of("tr_1", vec![])), (vec![], vec![]));
        let back = Chargeback { reversed_time: Some(at(3)), ..bare };
        let expected = Chargeback { reversed_time: Some(at(3)), ..chargeback("chb_1", "4.00") };
        assert_eq!(of("tr_1", vec![back]), [expected]);
        let new = chargeback("chb_2", "1.00");
        assert_eq!(of("tr_1", vec![new.clone()]), std::slice::from_ref(&new));
        assert_eq!(of("tr_2", vec![new]), [], "of a payment that the order does not have");
    }
}
