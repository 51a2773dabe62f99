//! Equal refunds: within an hour Mollie refuses the same amount on the same payment as a duplicate, whatever its key (409, "A
//! duplicate refund has been detected"). So the second waits.

use jiff::{SignedDuration, Timestamp};

use super::Refund;
use crate::rules::ids::RefundId;

/// How long Mollie takes an equal refund for a duplicate, and how far clocks may differ.
const WINDOW: SignedDuration = SignedDuration::from_mins(62);

/// Until when a refund must wait because of an equal one; `None` if it need not. Where a payment is not known, it may be the same.
#[must_use]
pub fn wait_for_equal(refunds: &[Refund], id: RefundId, now: Timestamp) -> Option<Timestamp> {
    let ours = refunds.iter().find(|refund| refund.id == id)?;
    let is_equal = |other: &&Refund| {
        let payments = other.payment_id.as_ref().zip(ours.payment_id.as_ref());
        other.id != id && other.amount == ours.amount && payments.is_none_or(|(theirs, ours)| theirs == ours)
    };
    let equal = refunds.iter().filter(is_equal).filter_map(|other| other.registered_time);
    let free = equal.max()?.saturating_add(WINDOW).unwrap_or(Timestamp::MAX);
    (free > now).then_some(free)
}
