//! Operations: each intended change at Mollie, from being saved to being settled.
//!
//! ```text
//! pending   → in_flight                        claimed under a lease
//! in_flight → succeeded | rejected | resolving (outcome unknown) | pending (certainly not sent, or put off by Mollie)
//!           | needs_attention                  it cannot be sent, or its rejection is ambiguous
//! resolving → succeeded | rejected | pending (proved absent, or safe to repeat) | needs_attention
//! pending   → withdrawn                        certainly never sent, or proved absent, and given up, or what it follows failed
//! needs_attention → resolving                  an operator resumes its resolution
//!                 | succeeded | rejected       an operator says which; success is verified at Mollie
//! ```

use jiff::{SignedDuration, Timestamp};

use super::facts::Lane;
use super::facts::Repeat;
use super::sent::{Sends, Sent};
use super::task::Task;
use crate::ports::AGREED;
use crate::rules::at_risk::Unsettled;
use crate::rules::ids::{Caller, GroupId, IdempotencyKey, OperationId, OrderId, ProfileName};
use crate::rules::operation::OperationState;
use crate::rules::rejection::Rejection;
use crate::rules::text::printable;

/// How long Mollie surely remembers a key: it promises an hour, and clocks and queues take their part.
pub const KEY_LIFE: SignedDuration = SignedDuration::from_mins(45);

/// The state of an operation, with the data that only this state has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits to be sent. `sent`: earlier sends, which Mollie will recognise when it is sent again. `yields`: it was put off
    /// without ever having been sent, and until its time those behind it may go first.
    Pending { sent: Option<Sent>, yields: bool },
    /// It is being sent.
    InFlight { sent: Sent },
    /// Its outcome is being determined. `refused`: Mollie's rejection of the last call, which says nothing about earlier calls.
    Resolving { sent: Sent, refused: Option<Rejection> },
    /// An operator must decide.
    NeedsAttention { sent: Sent, refused: Option<Rejection> },
    /// It had its effect.
    Succeeded { sent: Sent, time: Timestamp },
    /// It had no effect, and will have none.
    Rejected { sent: Sent, time: Timestamp, rejection: Rejection },
    /// It was given up: certainly never sent, or proved to have had no effect.
    Withdrawn { time: Timestamp },
}

impl State {
    /// Waits to be sent for the first time.
    pub const NEW: Self = Self::Pending { sent: None, yields: false };

    /// The state's name.
    #[must_use]
    pub const fn name(&self) -> OperationState {
        match self {
            Self::Pending { .. } => OperationState::Pending,
            Self::InFlight { .. } => OperationState::InFlight,
            Self::Resolving { .. } => OperationState::Resolving,
            Self::NeedsAttention { .. } => OperationState::NeedsAttention,
            Self::Succeeded { .. } => OperationState::Succeeded,
            Self::Rejected { .. } => OperationState::Rejected,
            Self::Withdrawn { .. } => OperationState::Withdrawn,
        }
    }

    /// Whether its outcome is final.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.name().is_settled()
    }

    /// When it was sent, if it may have been.
    #[must_use]
    pub const fn sent(&self) -> Option<Sent> {
        match self {
            Self::Pending { sent, .. } => *sent,
            Self::InFlight { sent }
            | Self::Resolving { sent, .. }
            | Self::NeedsAttention { sent, .. }
            | Self::Succeeded { sent, .. }
            | Self::Rejected { sent, .. } => Some(*sent),
            Self::Withdrawn { .. } => None,
        }
    }

    /// The reason given by Mollie if it rejected the last call, or by an operator.
    #[must_use]
    pub const fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Resolving { refused, .. } | Self::NeedsAttention { refused, .. } => refused.as_ref(),
            Self::Rejected { rejection, .. } => Some(rejection),
            Self::Pending { .. }
            | Self::InFlight { .. }
            | Self::Succeeded { .. }
            | Self::Withdrawn { .. } => None,
        }
    }

    /// When it was settled.
    #[must_use]
    pub const fn settled_time(&self) -> Option<Timestamp> {
        match self {
            Self::Succeeded { time, .. } | Self::Rejected { time, .. } | Self::Withdrawn { time } => {
                Some(*time)
            }
            Self::Pending { .. }
            | Self::InFlight { .. }
            | Self::Resolving { .. }
            | Self::NeedsAttention { .. } => None,
        }
    }

    /// Its state once claimed: a pending operation is in flight from now on; one left in flight may have been sent.
    #[must_use]
    pub fn claimed(self, now: Timestamp) -> Self {
        match self {
            Self::Pending { sent, .. } => Self::InFlight { sent: Sent::again(sent, now) },
            Self::InFlight { sent } => Self::Resolving { sent, refused: None },
            Self::Resolving { .. }
            | Self::NeedsAttention { .. }
            | Self::Succeeded { .. }
            | Self::Rejected { .. }
            | Self::Withdrawn { .. } => self,
        }
    }
}

/// How often it was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// Sends whose outcome was unknown.
    pub unknown: u32,
    /// How often it could not be sent at all; only sets the length of the next pause.
    pub deferrals: u32,
    /// Consecutive readings that could not be understood.
    pub unreadable: u32,
}

/// One intended change at Mollie.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    pub id: OperationId,
    pub order_id: OrderId,
    pub profile: ProfileName,
    /// The operations of one request share a group.
    pub group: GroupId,
    pub task: Task,
    /// Its turn within the order: the sequence of the event that recorded it. Each lane is first come, first served.
    pub turn: u64,
    /// The operation it follows: this one is sent once that has succeeded, and never if that fails.
    pub after: Option<OperationId>,
    pub state: State,
    /// The same for every attempt: a new key would be a new intent.
    pub key: IdempotencyKey,
    pub tries: Tries,
    pub created_time: Timestamp,
    /// It is not claimed before this time.
    pub not_before: Timestamp,
    /// A message for the operator about the last attempt. Holds nothing personal.
    pub last_problem: Option<String>,
    /// Whether that was the profile's API key: nothing can be sent before an operator puts the right one in place.
    pub key_refused: bool,
    /// Its secret part, sealed; wiped when it is settled.
    pub sealed: Option<Vec<u8>>,
    /// The caller it was made for, for the audit.
    pub actor: Option<String>,
    pub caller: Caller,
}

impl Operation {
    /// Whether Mollie recognises a repeat as the same call: a keyed call whose key surely lives.
    #[must_use]
    pub fn is_recognised(&self, now: Timestamp, trust_idempotency: bool) -> bool {
        // A clock that has gone back a long way tells nothing of the key's age.
        let ages = -AGREED..KEY_LIFE;
        let alive = self.state.sent().is_some_and(|sent| ages.contains(&now.duration_since(sent.first)));
        self.repeat() == Repeat::ByKey && trust_idempotency && alive
    }

    /// What makes a repeat safe.
    #[must_use]
    pub fn repeat(&self) -> Repeat {
        self.task.kind().facts().repeat
    }

    /// How it was sent, if it may have been.
    #[must_use]
    pub fn sends(&self) -> Option<Sends> {
        Some(Sends { sent: self.state.sent()?, is_refused: self.state.rejection().is_some() })
    }

    /// Whether those behind it in its lane may go first: it was put off, or waits for the operation it follows, and was never
    /// sent. `is_open`: whether an operation of its order is not settled.
    #[must_use]
    pub fn gives_way(&self, now: Timestamp, is_open: impl Fn(OperationId) -> bool) -> bool {
        match self.state {
            State::Pending { sent: None, yields } => {
                yields && self.not_before > now || self.after.is_some_and(is_open)
            }
            State::Pending { .. }
            | State::InFlight { .. }
            | State::Resolving { .. }
            | State::NeedsAttention { .. }
            | State::Succeeded { .. }
            | State::Rejected { .. }
            | State::Withdrawn { .. } => false,
        }
    }

    /// The operation, if it is unsettled and goods wait for it.
    #[must_use]
    pub fn at_stake(&self) -> Option<Unsettled> {
        let holds = self.task.lane().holds(Lane::Authorization);
        let state = self.state.name();
        (holds && !state.is_settled()).then_some(Unsettled { operation_id: self.id, state })
    }

    /// Whether it keeps another operation of its order from being sent now: it is under way in the same lane, waits there with an
    /// earlier turn, or is what the other follows. Nothing holds up an operation that is itself under way.
    #[must_use]
    pub fn holds_up(&self, other: &Self, now: Timestamp, is_open: impl Fn(OperationId) -> bool) -> bool {
        let is_waiting = matches!(other.state, State::Pending { .. });
        let holds = match self.state {
            State::Pending { .. } => {
                (self.turn, self.id) < (other.turn, other.id) && !self.gives_way(now, is_open)
            }
            State::InFlight { .. } | State::Resolving { .. } | State::NeedsAttention { .. } => true,
            State::Succeeded { .. } | State::Rejected { .. } | State::Withdrawn { .. } => false,
        };
        let is_behind = holds && self.id != other.id && self.task.lane().holds(other.task.lane());
        let is_followed = other.after == Some(self.id) && !self.state.is_settled();
        is_waiting && (is_behind || is_followed)
    }

    /// With what went wrong with the last attempt.
    #[must_use]
    pub fn with_problem(self, problem: &str) -> Self {
        Self { last_problem: Some(printable(problem)), key_refused: false, ..self }
    }

    /// With what Mollie says of the profile's API key.
    #[must_use]
    pub fn with_key_refused(self, problem: &str) -> Self {
        Self { key_refused: true, ..self.with_problem(problem) }
    }

    /// Settles it: sets the final state and wipes its secret.
    #[must_use]
    pub fn settled(self, state: State) -> Self {
        Self { state, key_refused: false, sealed: None, ..self }
    }
}

#[cfg(test)]
mod tests;
