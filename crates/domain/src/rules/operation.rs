//! Operations: each intended change at Mollie, from being saved to a settled end.
//!
//! ```text
//! pending   → in_flight                        claimed under a lease
//! in_flight → succeeded | rejected | resolving (outcome unknown) | pending (certainly not sent)
//!           | needs_attention                  it cannot be sent, or was refused in doubt
//! resolving → succeeded | rejected | pending (proved absent, or safe to repeat) | needs_attention
//! pending   → withdrawn                        placements, and what waited for one that never came to stand
//! needs_attention → resolving                  an operator has it read once more
//!                 | succeeded | rejected       an operator says what became of it; success is verified at Mollie
//! ```

use jiff::{SignedDuration, Timestamp};

use super::ids::{Caller, IdempotencyKey, OperationId, OrderId, ProfileName, ShipmentId};
use super::refusal::Rejection;
use super::status::words;

words!(
    /// What an operation changes.
    OperationKind {
        PlaceOrder = "place_order",
        CreateShipment = "create_shipment",
        CancelOrder = "cancel_order",
    }
);

impl OperationKind {
    /// Whether Mollie recognises a repeated call by its key: it does for POST, and ignores the key on PATCH and DELETE.
    #[must_use]
    pub const fn is_keyed(self) -> bool {
        match self {
            Self::PlaceOrder | Self::CreateShipment => true,
            Self::CancelOrder => false,
        }
    }
}

words!(
    /// Where an operation stands.
    OperationState {
        Pending = "pending",
        InFlight = "in_flight",
        Resolving = "resolving",
        Succeeded = "succeeded",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
        NeedsAttention = "needs_attention",
    }
);

impl OperationState {
    /// The states that may follow.
    #[must_use]
    pub const fn successors(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::InFlight, Self::Withdrawn],
            Self::InFlight => {
                &[Self::Succeeded, Self::Rejected, Self::Resolving, Self::Pending, Self::NeedsAttention]
            }
            Self::Resolving => &[Self::Succeeded, Self::Rejected, Self::Pending, Self::NeedsAttention],
            Self::NeedsAttention => &[Self::Resolving, Self::Succeeded, Self::Rejected],
            Self::Succeeded | Self::Rejected | Self::Withdrawn => &[],
        }
    }

    /// Whether nothing more will come of it.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        self.successors().is_empty()
    }
}

/// How long Mollie surely remembers a key: it promises an hour, and clocks and queues take their part.
pub const KEY_LIFE: SignedDuration = SignedDuration::from_mins(45);

/// One intended change at Mollie.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    pub id: OperationId,
    pub order_id: OrderId,
    pub profile: ProfileName,
    pub kind: OperationKind,
    /// The shipment it registers, for [`OperationKind::CreateShipment`].
    pub shipment_id: Option<ShipmentId>,
    /// Its turn within the order: the sequence of the event that recorded it. First come, first served.
    pub turn: u64,
    pub state: OperationState,
    /// The same for every attempt: a new key would be a new intent.
    pub key: IdempotencyKey,
    /// Sends whose outcome was unknown.
    pub attempts: u32,
    /// How often it could not be sent at all; only sets how long the next pause is.
    pub deferrals: u32,
    /// Readings in a row that nobody understood.
    pub unreadable: u32,
    pub created_time: Timestamp,
    pub first_sent_time: Option<Timestamp>,
    pub last_sent_time: Option<Timestamp>,
    /// Not taken up again before then.
    pub not_before: Timestamp,
    pub settled_time: Option<Timestamp>,
    pub rejection: Option<Rejection>,
    /// What an operator should know of the last attempt. Holds nothing personal.
    pub last_problem: Option<String>,
    /// Payment parameters, sealed; wiped at the final outcome.
    pub sealed: Option<Vec<u8>>,
    /// On whose behalf, for the audit.
    pub actor: Option<String>,
    pub caller: Caller,
}

impl Operation {
    /// Whether a repeated send is recognised by Mollie as the same: a keyed call whose key surely lives.
    #[must_use]
    pub fn may_repeat(&self, now: Timestamp, trust_idempotency: bool) -> bool {
        let alive = self.first_sent_time.is_some_and(|sent| now.duration_since(sent) < KEY_LIFE);
        self.kind.is_keyed() && trust_idempotency && alive
    }

    /// From when on an absent effect is known not to come any more: the end of the lease under which it was last sent, the
    /// time a call may take, and the settle window.
    #[must_use]
    pub fn absence_counts_from(
        &self,
        lease: SignedDuration,
        call_timeout: SignedDuration,
        settle_window: SignedDuration,
    ) -> Timestamp {
        let sent = self.last_sent_time.unwrap_or(self.created_time);
        let spans = [lease, call_timeout, settle_window];
        spans.into_iter().try_fold(sent, |time, span| time.checked_add(span)).unwrap_or(Timestamp::MAX)
    }

    /// Settles it: final state, time, and no secrets any more.
    pub fn settle(&mut self, state: OperationState, now: Timestamp) {
        self.state = state;
        self.settled_time = Some(now);
        self.sealed = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settled_states_are_final_and_attention_is_not() {
        let settled: Vec<_> =
            OperationState::ALL.iter().filter(|s| s.is_settled()).map(|s| s.as_str()).collect();
        assert_eq!(settled, ["succeeded", "rejected", "withdrawn"]);
    }
}
