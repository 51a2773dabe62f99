//! Which lists of refunds must be read beside an order. An order's answer lists its refunds, but no document promises that it
//! holds those made on its payments.

use super::Refund;
use crate::rules::ids::{MolliePaymentId, MollieRefundId};
use crate::rules::money::Money;
use crate::rules::payment::Payment;
use crate::rules::snapshot::Snapshot;

/// The payments whose own list of refunds must be read: what they refunded is not what is listed, or a refund of ours on them is
/// on its way and not listed. `known`: the refunds that are followed.
#[must_use]
pub fn payments_to_read(snapshot: &Snapshot, known: &[Refund]) -> Vec<MolliePaymentId> {
    let refunds: Vec<_> = snapshot.refunds.iter().flatten().collect();
    let listed = |payment: &Payment| {
        let of_payment =
            refunds.iter().filter(|refund| refund.payment_id.as_ref() == Some(&payment.mollie_id));
        of_payment
            .filter(|refund| !refund.is_void())
            .map(|refund| refund.amount.minor())
            .fold(0, i64::saturating_add)
    };
    let is_missing = |ours: &&Refund| {
        let is_it = |id: &MollieRefundId| refunds.iter().any(|refund| refund.mollie_id == *id);
        ours.is_open() && ours.mollie_id.as_ref().is_some_and(|id| !is_it(id))
    };
    let missing: Vec<_> =
        known.iter().filter(is_missing).filter_map(|ours| ours.payment_id.as_ref()).collect();
    let is_wanted = |payment: &&Payment| {
        let told = payment.amount_refunded.map_or(0, Money::minor);
        told != listed(payment) || missing.contains(&&payment.mollie_id)
    };
    let payments = snapshot.payments.iter().flatten().filter(is_wanted);
    payments.map(|payment| payment.mollie_id.clone()).collect()
}
