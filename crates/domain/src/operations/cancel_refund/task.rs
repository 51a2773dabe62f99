//! What canceling a refund needs.

use crate::rules::ids::{MolliePaymentId, RefundId};

/// Cancels a refund that Mollie has not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub refund_id: RefundId,
    /// Its payment, as far as known when it was requested.
    pub payment_id: Option<MolliePaymentId>,
}
