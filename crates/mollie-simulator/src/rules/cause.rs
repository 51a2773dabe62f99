//! On whose account an effect is entered in the ledger.

/// Who or what is at work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Cause {
    /// Time, the shopper, or nobody in particular.
    #[default]
    Time,
    /// A request, with its idempotency key if it has one.
    Request(Option<String>),
    /// Somebody at the merchant's, in Mollie's dashboard.
    Dashboard,
}

impl Cause {
    pub fn idempotency_key(&self) -> Option<String> {
        match self {
            Self::Request(key) => key.clone(),
            Self::Time | Self::Dashboard => None,
        }
    }
}
