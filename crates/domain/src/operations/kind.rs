//! The contract of a kind of operation. Every item is required and none has a default, so a new kind must answer every question.

use jiff::{SignedDuration, Timestamp};

use super::facts::Facts;
use super::operation::Operation;
use super::pen::Pen;
use super::sent::Sends;
use crate::ports::{Acceptance, Command};
use crate::rules::comparison::Comparison;
use crate::rules::ids::{LineId, MollieOrderId, MolliePaymentId, RefundId, ShipmentId};
use crate::rules::ledger::Pool;
use crate::rules::misread::Misread;
use crate::rules::order::Order;
use crate::rules::refund::Refund;
use crate::rules::rejection::Rejection;
use crate::rules::shipment::Shipment;
use crate::rules::snapshot::{LineSnapshot, RefundSnapshot, ShipmentSnapshot, Snapshot};
use crate::rules::status::{OrderStatus, Read};
use crate::rules::subject::Subject;

/// What the service knows of an order.
#[derive(Clone, Copy, Debug)]
pub struct Book<'a> {
    pub order: &'a Order,
    /// All its shipments, whoever made them, if the kind needs them or the reading lists any.
    pub shipments: &'a [Shipment],
    /// All its refunds, if the kind needs them or the reading lists any.
    pub refunds: &'a [Refund],
    /// What was sealed with the operation's task.
    pub secret: Secret<'a>,
}

/// The secret part of a task, opened. None if there is none, or if it cannot be opened any more.
#[derive(Clone, Copy, Default)]
pub struct Secret<'a>(pub Option<&'a [u8]>);

impl std::fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// Whether an operation can be sent, checked just before the send.
#[derive(Clone, Debug, PartialEq)]
pub enum Ready {
    /// It can be sent.
    Send,
    /// There is nothing left to do.
    Done,
    /// It is sent later; those behind it may go first.
    Later(Timestamp),
    /// Its effect may exist already: observe the order first.
    LookFirst,
}

/// What must be read to see an effect.
#[derive(Clone, PartialEq, Eq)]
pub enum Sought {
    /// An order, by Mollie's id.
    Order(MollieOrderId),
    /// An order, by Mollie's id, and all refunds of one of its payments.
    Refunds { order: MollieOrderId, payment: Option<MolliePaymentId> },
    /// All orders under a hook address that were created since a given time.
    Placement { hook_address: String, since: Timestamp },
}

impl std::fmt::Debug for Sought {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Order(id) => write!(f, "Order({id})"),
            Self::Refunds { order, payment } => write!(f, "Refunds({order}, {payment:?})"),
            // The hook address holds a token.
            Self::Placement { since, .. } => write!(f, "Placement(since {since})"),
        }
    }
}

/// An observation: what a reading shows of an operation's effect.
#[derive(Clone, Debug)]
pub enum Observation {
    /// The effect is there.
    Found(Acceptance),
    /// The effect is not there, as of this reading.
    Absent,
    /// The effect is not there, and is not wanted any more; the reason.
    Unwanted(String),
    /// Something there may or may not be the effect; a description.
    Ambiguous(String),
    /// The reading does not answer the question.
    NotUnderstood(Misread),
}

/// What the id that an operator named refers to.
#[derive(Clone, Debug)]
pub enum Named {
    /// The effect of the operation.
    Effect(Acceptance),
    /// Nothing at Mollie in this order.
    Nothing,
    /// Something else; a description.
    Other(String),
    /// The reading does not answer the question.
    NotUnderstood(Misread),
}

/// What Mollie's rejection means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Nothing was done, and nothing will be.
    Final,
    /// Mollie may reject it because its effect exists already, or because of something done elsewhere: observe the order first.
    LookFirst,
    /// It is sent again after a pause.
    Later(SignedDuration),
    /// The same, unless its effect exists: observe the order first.
    LookThenLater(SignedDuration),
    /// The API key belongs to another profile; an operator must fix that.
    WrongKey,
}

/// Something at Mollie that our records do not account for.
#[derive(Clone, Copy, Debug)]
pub enum Difference<'a> {
    /// A shipment.
    Shipment(&'a ShipmentSnapshot),
    /// Units of a line in a pool, with the order's status in the same reading.
    Units { pool: Pool, line_id: LineId, status: Option<&'a Read<OrderStatus>> },
    /// Changed tracking of a known shipment.
    Tracking(ShipmentId),
    /// A refund.
    Refund(&'a RefundSnapshot),
    /// Another status of a known refund.
    RefundStatus(RefundId),
    /// A line that we do not know.
    NewLine(&'a LineSnapshot),
    /// Other values of a known line.
    LineValues(LineId),
    /// Units of a line that an end by time leaves open: the operation was to cancel them, sent or not.
    LeftOpen(LineId),
}

/// How an operation fails.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// Mollie rejected it, or an operator says that nothing was done.
    Rejected(Rejection),
    /// It had no effect before its deadline, and is not sent again.
    TooLate,
    /// The operation it follows failed: this one was never sent, and will not be.
    NothingToFollow,
    /// Its outcome cannot be determined. It has not failed yet; an operator decides.
    Attention,
}

impl Failure {
    /// Why nothing was done at Mollie; `None` while that is not known.
    #[must_use]
    pub fn rejection(&self) -> Option<Rejection> {
        match self {
            Self::Rejected(rejection) => Some(rejection.clone()),
            Self::TooLate => Some(Rejection::of_ours("its age limit or deadline had passed")),
            Self::NothingToFollow => Some(Rejection::of_ours("what it follows has failed")),
            Self::Attention => None,
        }
    }
}

/// A kind of operation, as its task.
pub trait Kind: std::fmt::Debug + Send + Sync {
    /// Its name, its lane, and what makes a repeat safe.
    fn facts(&self) -> &'static Facts;

    /// What it acts on.
    fn subject(&self) -> Subject;

    /// When it is given up unless it was sent before. `age_limit`: of placements.
    fn deadline(&self, order: &Order, age_limit: SignedDuration) -> Option<Timestamp>;

    /// Whether it can be sent, checked just before the send.
    fn ready(&self, book: Book<'_>, now: Timestamp) -> Ready;

    /// What to send.
    ///
    /// # Errors
    /// A message for the operator, if the command can no longer be made.
    fn command(&self, book: Book<'_>) -> Result<Command, String>;

    /// What must be read to see its effect; `named`: the id that an operator says is its effect. `None` if there is nothing to
    /// read.
    fn seek(&self, order: &Order, named: Option<&str>) -> Option<Sought>;

    /// Recognises its effect in a reading, among what no settled operation accounts for.
    fn observe(&self, book: Book<'_>, seen: &[Snapshot], sends: Sends) -> Observation;

    /// Whether the id that an operator named is its effect.
    fn identify(&self, book: Book<'_>, seen: &[Snapshot], named: &str) -> Named;

    /// What it was to do beside what may be its effect, for the operator who must decide.
    fn compare(&self, of: &Operation, book: Book<'_>, seen: &[Snapshot]) -> Comparison;

    /// Whether something at Mollie may be its effect. If so, it is not recorded as somebody else's while this is undecided.
    /// `sent`: whether it was ever sent.
    fn explains(&self, order: &Order, found: Difference<'_>, sent: bool) -> bool;

    /// What Mollie's rejection means.
    fn rejection(&self, order: &Order, why: &Rejection) -> Meaning;

    /// What its success changes. `seen`: the reading that showed it, if it was not the answer.
    fn succeed(&self, of: &Operation, effect: &Acceptance, seen: &[Snapshot], pen: &mut Pen<'_>);

    /// What its failure changes. `seen`: the reading taken after a rejection, which may explain it.
    fn fail(&self, of: &Operation, why: &Failure, seen: &[Snapshot], pen: &mut Pen<'_>);

    /// What changes when an operator resumes its resolution.
    fn resume(&self, pen: &mut Pen<'_>);
}
