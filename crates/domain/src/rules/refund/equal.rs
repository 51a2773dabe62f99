//! Equal refunds: within an hour Mollie refuses the same amount on the same payment as a duplicate, whatever its key (409, "A
//! duplicate refund has been detected"). So the second waits, or is merged with the one that waits.

use jiff::{SignedDuration, Timestamp};

use super::{Plan, Refund};
use crate::rules::ids::{MolliePaymentId, RefundId};

/// How long Mollie takes an equal refund for a duplicate, and how far clocks may differ.
const WINDOW: SignedDuration = SignedDuration::from_mins(62);

/// Until when a refund must wait because of an equal one; `None` if it need not. Where a payment is not known, it may be the same.
#[must_use]
pub fn wait_for_equal(refunds: &[Refund], id: RefundId, now: Timestamp) -> Option<Timestamp> {
    let ours = refunds.iter().find(|refund| refund.id == id)?;
    let is_equal = |other: &&Refund| {
        let is_same_payment = may_be_same(other.payment_id.as_ref(), ours.payment_id.as_ref());
        other.id != id && other.amount == ours.amount && is_same_payment
    };
    let equal = refunds.iter().filter(is_equal).filter_map(|other| other.registered_time);
    let free = equal.max()?.saturating_add(WINDOW).unwrap_or(Timestamp::MAX);
    (free > now).then_some(free)
}

/// Whether a refund, recorded and not sent, is equal to this one and can be made together with it: of the same amount on the same
/// payment, and both made by lines or both on the payment.
#[must_use]
pub fn may_be_merged(waiting: &Refund, planned: &Plan) -> bool {
    let is_equal = waiting.amount == planned.amount && waiting.route == planned.route;
    is_equal && may_be_same(waiting.payment_id.as_ref(), planned.payment_id.as_ref())
}

fn may_be_same(one: Option<&MolliePaymentId>, other: Option<&MolliePaymentId>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}
