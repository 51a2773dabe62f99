//! Operations: each intended change at Mollie, from being saved to a settled end.
//!
//! ```text
//! pending   → in_flight                        claimed under a lease
//! in_flight → succeeded | rejected | resolving (outcome unknown) | pending (certainly not sent, or told to come later)
//!           | needs_attention                  it cannot be sent, or was refused in doubt
//! resolving → succeeded | rejected | pending (proved absent, or safe to repeat) | needs_attention
//! pending   → withdrawn                        what was certainly never sent, or proved absent, and is given up, or follows what
//!                                              has failed
//! needs_attention → resolving                  an operator has it read once more
//!                 | succeeded | rejected       an operator says what became of it; success is verified at Mollie
//! ```

use jiff::{SignedDuration, Timestamp};

use super::facts::Repeat;
use super::sent::{Sends, Sent};
use super::task::Task;
use crate::rules::ids::{Caller, GroupId, IdempotencyKey, OperationId, OrderId, ProfileName};
use crate::rules::operation::OperationState;
use crate::rules::rejection::Rejection;

/// How long Mollie surely remembers a key: it promises an hour, and clocks and queues take their part.
pub const KEY_LIFE: SignedDuration = SignedDuration::from_mins(45);

/// Where an operation stands, with what there is only there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is to be sent. `sent`: earlier sends, which Mollie will recognise in the next. `yields`: it was told to come later
    /// without ever having been sent, and until then those behind it may go first.
    Pending { sent: Option<Sent>, yields: bool },
    /// It is being sent.
    InFlight { sent: Sent },
    /// What became of it is being found out. `refused`: Mollie's refusal of the last call, which does not tell about the
    /// others.
    Resolving { sent: Sent, refused: Option<Rejection> },
    /// A person must decide.
    NeedsAttention { sent: Sent, refused: Option<Rejection> },
    /// It had its effect.
    Succeeded { sent: Sent, time: Timestamp },
    /// It had none, and will have none.
    Rejected { sent: Sent, time: Timestamp, rejection: Rejection },
    /// It was given up: certainly unsent, or proved to have had no effect.
    Withdrawn { time: Timestamp },
}

impl State {
    /// To be sent, for the first time.
    pub const NEW: Self = Self::Pending { sent: None, yields: false };

    /// The state by name.
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

    /// Whether nothing more will come of it.
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

    /// Mollie's words where it refused the last call, or an operator's.
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

    /// As whoever takes it up finds it: what was to be sent is being sent from now on, and what was left in flight may have
    /// been.
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
    /// How often it could not be sent at all; only sets how long the next pause is.
    pub deferrals: u32,
    /// Readings in a row that nobody understood.
    pub unreadable: u32,
}

/// One intended change at Mollie.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    pub id: OperationId,
    pub order_id: OrderId,
    pub profile: ProfileName,
    /// What was decided together: the operations of one request.
    pub group: GroupId,
    pub task: Task,
    /// Its turn within the order: the sequence of the event that recorded it. First come, first served, in each lane.
    pub turn: u64,
    /// What it follows: it is sent once that has succeeded, and never if that fails.
    pub after: Option<OperationId>,
    pub state: State,
    /// The same for every attempt: a new key would be a new intent.
    pub key: IdempotencyKey,
    pub tries: Tries,
    pub created_time: Timestamp,
    /// Not taken up again before then.
    pub not_before: Timestamp,
    /// What an operator should know of the last attempt. Holds nothing personal.
    pub last_problem: Option<String>,
    /// What of it is secret, sealed; wiped at the final outcome.
    pub sealed: Option<Vec<u8>>,
    /// On whose behalf, for the audit.
    pub actor: Option<String>,
    pub caller: Caller,
}

impl Operation {
    /// Whether Mollie recognises a repeated send as the same: a keyed call whose key surely lives.
    #[must_use]
    pub fn is_recognised(&self, now: Timestamp, trust_idempotency: bool) -> bool {
        let alive = self.state.sent().is_some_and(|sent| now.duration_since(sent.first) < KEY_LIFE);
        self.repeat() == Repeat::ByKey && trust_idempotency && alive
    }

    /// How a repeat is safe.
    #[must_use]
    pub fn repeat(&self) -> Repeat {
        self.task.kind().facts().repeat
    }

    /// How it was sent, if it may have been.
    #[must_use]
    pub fn sends(&self) -> Option<Sends> {
        Some(Sends { sent: self.state.sent()?, is_refused: self.state.rejection().is_some() })
    }

    /// Whether those behind it in its lane may go first: it was told to come later, or waits for what it follows, without ever
    /// having been sent. `is_open`: whether an operation of its order is not settled.
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

    /// Whether it keeps another one of its order from being sent now: what is under way in its lane, what waits there with an
    /// earlier turn, and what the other follows. What is under way itself is held up by nothing.
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

    /// Settles it: final state, and no secrets any more.
    #[must_use]
    pub fn settled(self, state: State) -> Self {
        Self { state, sealed: None, ..self }
    }
}

#[cfg(test)]
mod tests;
