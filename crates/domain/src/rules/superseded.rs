//! What an order keeps of being replaced by another one. When that is allowed, and what follows from it, is decided elsewhere
//! (`rules/supersession.rs`).

use jiff::Timestamp;

use super::ids::{MolliePaymentId, OrderId};
use super::payment::Payment;

/// That an order was replaced. While it lasts, the order holds no number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Superseded {
    /// The order that replaces it.
    pub by: OrderId,
    /// Whether Mollie has that one: then this one is to be canceled, and never gets its number back.
    pub is_final: bool,
    /// The last cancellation of it that failed.
    pub kept: Option<Kept>,
}

/// A cancellation that failed, as while the shopper has a payment open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub time: Timestamp,
    /// The attempts that had not ended then.
    pub beside: Vec<MolliePaymentId>,
}

impl Superseded {
    /// By an order that Mollie does not have yet.
    #[must_use]
    pub const fn by(order: OrderId) -> Self {
        Self { by: order, is_final: false, kept: None }
    }
}

impl Kept {
    /// A cancellation has failed beside these attempts.
    #[must_use]
    pub(super) fn at(time: Timestamp, payments: &[Payment]) -> Self {
        let open = payments.iter().filter(|payment| !payment.has_ended());
        Self { time, beside: open.map(|payment| payment.mollie_id.clone()).collect() }
    }
}
