//! How long an operation waits before it is claimed again, unless Mollie sets the pause.

use jiff::SignedDuration;

/// From half a second, doubled each time, to eight seconds.
pub(super) fn usual(times: u32) -> SignedDuration {
    SignedDuration::from_millis(500 << times.min(4))
}

/// If Mollie answers 500: from half a second, four times as long each time, to a minute. The first 500 may well be a passing
/// fault; a persistent one is probably caused by the request.
pub(super) fn stumbling(times: u32) -> SignedDuration {
    SignedDuration::from_millis(500 << (2 * times.min(4))).min(SignedDuration::from_mins(1))
}
