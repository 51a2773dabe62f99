//! What an order keeps of being replaced by another one. When that is allowed, and what follows from it, is decided elsewhere
//! (`rules/supersession.rs`).

use jiff::{SignedDuration, Timestamp};

use super::ids::{MolliePaymentId, OrderId};
use super::payment::Payment;

/// That an order was replaced. While it lasts, the order holds no number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Superseded {
    /// The order that replaces it.
    pub by: OrderId,
    /// Whether Mollie has that one: then this one is to be canceled, and never gets its number back.
    pub is_final: bool,
    /// When its last cancellation was recorded.
    pub asked_time: Option<Timestamp>,
    /// The last cancellation of it that failed.
    pub kept: Option<Kept>,
}

/// A cancellation that failed, as while the shopper has a payment open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub time: Timestamp,
    /// The attempts that had not ended when it was asked for.
    pub beside: Vec<MolliePaymentId>,
}

impl Superseded {
    /// Its cancellation has failed. Mollie refused it at some time since it was asked for, so an attempt that ended meanwhile may be what
    /// kept the order. Mollie's times have whole seconds.
    pub(super) fn keep(&mut self, time: Timestamp, payments: &[Payment]) {
        let asked = self.asked_time.and_then(|asked| asked.checked_sub(SignedDuration::from_secs(1)).ok());
        let was_open = |payment: &&Payment| match payment.ended_time {
            Some(ended) => asked.is_some_and(|asked| ended >= asked),
            None => !payment.has_ended(),
        };
        let beside = payments.iter().filter(was_open).map(|payment| payment.mollie_id.clone()).collect();
        self.kept = Some(Kept { time, beside });
    }

    /// By an order that Mollie does not have yet.
    #[must_use]
    pub const fn by(order: OrderId) -> Self {
        Self { by: order, is_final: false, asked_time: None, kept: None }
    }
}
