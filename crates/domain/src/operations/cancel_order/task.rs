//! What canceling an order needs.

use crate::rules::status::words;

words!(
    /// Why an order is canceled.
    Cause {
        /// A caller requested it.
        Request = "request",
        /// It was found at Mollie after its age limit.
        AgeLimit = "age_limit",
        /// Another order replaces it.
        Superseded = "superseded",
        /// Its authorization ends soon, and its profile's policy gives up what was not shipped.
        Unshipped = "unshipped",
        /// Nobody has paid it in time, and its profile keeps no stock for that any longer.
        Unpaid = "unpaid",
    }
);

/// Cancels what is left of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    pub cause: Cause,
}
