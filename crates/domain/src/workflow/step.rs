//! What every step of an operation needs: its progress, and how it is put back to be claimed again.

use jiff::{SignedDuration, Timestamp};

use crate::operations::claim::Claim;
use crate::operations::operation::Operation;
use crate::ports::{Clock, Ports, Store, StoreError};
use crate::rules::order::Order;

/// How far a step has brought the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is settled, or waits for an operator.
    Settled,
    /// It will be claimed again.
    Deferred,
    /// The same: Mollie does not accept the profile's API key.
    KeyRefused,
    /// Another worker has claimed it.
    LeaseLost,
}

impl Progress {
    /// In one word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Deferred => "deferred",
            Self::KeyRefused => "key_refused",
            Self::LeaseLost => "lease_lost",
        }
    }
}

/// Whether it must be given up, unless it was sent before.
pub(super) fn is_too_late<P: Ports>(ports: &P, operation: &Operation, order: &Order) -> bool {
    deadline(ports, operation, order).is_some_and(|deadline| ports.clock().now() > deadline)
}

/// When it will be given up, unless it was sent before.
pub(super) fn deadline<P: Ports>(ports: &P, operation: &Operation, order: &Order) -> Option<Timestamp> {
    operation.task.kind().deadline(order, ports.settings().placement_age_limit)
}

/// Puts the operation back, to be claimed again after a pause.
pub(super) async fn put_back<P: Ports>(
    ports: &P,
    claim: &Claim,
    mut operation: Operation,
    pause: SignedDuration,
) -> Result<Progress, StoreError> {
    operation.not_before = ports.clock().now().saturating_add(pause).unwrap_or(Timestamp::MAX);
    let ours = ports.store().defer(&operation, claim.token).await?;
    Ok(match ours {
        true if operation.key_refused => Progress::KeyRefused,
        true => Progress::Deferred,
        false => Progress::LeaseLost,
    })
}
