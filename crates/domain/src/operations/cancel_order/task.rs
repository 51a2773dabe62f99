//! What canceling an order needs.

use crate::rules::status::words;

words!(
    /// Why an order is canceled.
    Cause {
        /// Somebody asked for it.
        Request = "request",
        /// It was found at Mollie when nobody waited for it any more.
        AgeLimit = "age_limit",
    }
);

/// What is left of an order is to be canceled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    pub cause: Cause,
}
