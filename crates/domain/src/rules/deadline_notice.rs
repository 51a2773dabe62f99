//! What a merchant is told of a deadline, with what is at stake: the contents of one kind of event. It may not decide when.

use jiff::{SignedDuration, Timestamp};

use super::ids::OperationId;
use super::order::Order;
use super::risk::AtRisk;
use super::ship_by::{Acted, Action, Cause, Stage, Told};

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The deadline. Of a loss: when that happened, as far as Mollie says.
    pub ship_by: Timestamp,
    /// What sets it; `None` of a loss, which Mollie shows.
    pub cause: Option<Cause>,
    pub subject: NoticeSubject,
    /// What is not captured by then, or was not.
    pub at_risk: AtRisk,
}

/// What a notice is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeSubject {
    /// The deadline is so near.
    Warning { before: SignedDuration },
    /// It has passed, and Mollie has released what was not captured.
    Loss,
    /// Nothing can be shipped until a person has decided what became of this operation.
    Blocked { operation_id: OperationId },
    /// What was not shipped is being canceled, unasked.
    Cancels { operation_id: OperationId },
    /// A dry run: it would be canceled now.
    WouldCancel,
    /// It is not canceled, for these reasons: goods may have left.
    LeftToPeople { reasons: Vec<String> },
    /// Many orders were canceled unasked: this one waits.
    Waits { until: Timestamp },
}

impl NoticeSubject {
    /// The event's kind as readers see it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Warning { .. } => "deadline.warning",
            Self::Loss => "deadline.lost",
            Self::Blocked { .. } => "deadline.blocked",
            Self::Cancels { .. } => "deadline.cancels",
            Self::WouldCancel => "deadline.would_cancel",
            Self::LeftToPeople { .. } => "deadline.left_to_people",
            Self::Waits { .. } => "deadline.waits",
        }
    }
}

impl Order {
    /// Remembers what was told.
    pub(super) fn remember(&mut self, notice: &Notice) {
        let ship_by = notice.ship_by;
        let told = |stage| Some(Told { ship_by, stage });
        let acted = |action, until| Some(Acted { ship_by, action, until });
        let memory = &mut self.deadline;
        match &notice.subject {
            NoticeSubject::Warning { before } => memory.told = told(Stage::Warning(*before)),
            NoticeSubject::Loss => memory.told = told(Stage::Loss),
            NoticeSubject::Blocked { .. } => (),
            NoticeSubject::Cancels { .. } => memory.acted = acted(Action::Canceled, None),
            NoticeSubject::WouldCancel => memory.acted = acted(Action::WouldCancel, None),
            NoticeSubject::LeftToPeople { .. } => memory.acted = acted(Action::LeftToPeople, None),
            NoticeSubject::Waits { until } => memory.acted = acted(Action::Waits, Some(*until)),
        }
    }
}
