//! How long an operation waits before it is taken up again, where nobody has said so.

use jiff::SignedDuration;

/// From half a second, doubled each time, to eight.
pub(super) fn usual(times: u32) -> SignedDuration {
    SignedDuration::from_millis(500 << times.min(4))
}

/// Where Mollie answers 500: from half a second, four times as long each time, to a minute. The first one may well be a
/// passing trouble; one that stays is the request's.
pub(super) fn stumbling(times: u32) -> SignedDuration {
    SignedDuration::from_millis(500 << (2 * times.min(4))).min(SignedDuration::from_mins(1))
}
