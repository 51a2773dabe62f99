//! What a further payment needs; its parameters are sealed beside it.

use jiff::Timestamp;

use crate::rules::ids::MolliePaymentId;
use crate::rules::status::words;

words!(
    /// Why a payment is opened.
    Cause {
        /// A caller requested it.
        Request = "request",
        /// An attempt has ended, and the profile gives the shopper another one.
        SecondChance = "second_chance",
    }
);

/// Opens a further attempt to pay an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The methods the shopper may choose from; empty: those of the order.
    pub methods: Vec<String>,
    /// The attempts there were when it was recorded: what Mollie lists beyond them may be its effect.
    pub before: Vec<MolliePaymentId>,
    /// It is not sent after this: the shopper waits for it.
    pub until: Timestamp,
    pub cause: Cause,
}
