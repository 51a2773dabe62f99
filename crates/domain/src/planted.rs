//! Wrong workflows, and a wrong ledger, for the suites to catch: what integrations really get wrong, each behind a run-time choice.
//! Only in builds with the feature `planted`, which no shipped build has.

use std::cell::Cell;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// A caller is answered that its request is recorded, although saving it failed.
    AcknowledgesUnsaved,
    /// A repeated call gets a new idempotency key.
    NewKeyOnRetry,
    /// A call without an answer counts as rejected.
    GuessesFailed,
    /// A cancellation that Mollie rejects because it has already happened is recorded as rejected.
    AlreadyCanceledIsRefused,
    /// A reading that is older than the order's last change is applied all the same.
    StaleReadingOverwrites,
    /// A call that is not safe to repeat is sent again without reading the order first.
    RepeatsBlindly,
    /// A refund whose answer was lost is sent again under its key, however long ago it was sent.
    ForgetsThatKeysDie,
    /// A cent too much is entered as shipped.
    ShippedACentOff,
    /// A cent too much is entered as canceled.
    CanceledACentOff,
    /// A cent too much is entered as refunded through the order.
    RefundedACentOff,
    /// A cent too much is entered as refunded on a payment.
    PaymentRefundedACentOff,
    /// What takes money off leaves with the last goods only.
    DeductionLast,
}

thread_local! {
    static CHOSEN: Cell<Option<Planted>> = const { Cell::new(None) };
}

impl Planted {
    /// The mistakes of the ledger, one for each of its pools that lines have.
    pub const OF_THE_LEDGER: [Self; 4] = [
        Self::ShippedACentOff,
        Self::CanceledACentOff,
        Self::RefundedACentOff,
        Self::PaymentRefundedACentOff,
    ];

    /// Every mistake of the workflow.
    pub const ALL: [Self; 7] = [
        Self::AcknowledgesUnsaved,
        Self::NewKeyOnRetry,
        Self::GuessesFailed,
        Self::AlreadyCanceledIsRefused,
        Self::StaleReadingOverwrites,
        Self::RepeatsBlindly,
        Self::ForgetsThatKeysDie,
    ];

    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AcknowledgesUnsaved => "acknowledges before the commit",
            Self::NewKeyOnRetry => "takes a new key to retry",
            Self::GuessesFailed => "guesses \"failed\"",
            Self::AlreadyCanceledIsRefused => "records \"already canceled\" as refused",
            Self::StaleReadingOverwrites => "lets a stale reading overwrite a newer state",
            Self::RepeatsBlindly => "repeats blindly what is not safe to repeat",
            Self::ForgetsThatKeysDie => "repeats a refund after its key has died",
            Self::ShippedACentOff => "ships a cent more than it did",
            Self::CanceledACentOff => "cancels a cent more than it did",
            Self::RefundedACentOff => "refunds a cent more than it did",
            Self::PaymentRefundedACentOff => "refunds a cent more on the payment than it did",
            Self::DeductionLast => "ships deductions last",
        }
    }

    pub(crate) fn is_chosen(self) -> bool {
        CHOSEN.get() == Some(self)
    }
}

/// Makes this mistake in all work of this thread from now on, or none.
pub fn choose(mistake: Option<Planted>) {
    CHOSEN.set(mistake);
}
