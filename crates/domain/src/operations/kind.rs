//! The contract of a kind of operation. Every item is required and none has a default: whoever adds a kind answers every
//! question.

use jiff::{SignedDuration, Timestamp};

use super::facts::Facts;
use super::operation::Operation;
use super::pen::Pen;
use super::sent::Sends;
use crate::ports::{Acceptance, Command};
use crate::rules::ids::{LineId, MollieOrderId, ShipmentId};
use crate::rules::ledger::Pool;
use crate::rules::misread::Misread;
use crate::rules::order::Order;
use crate::rules::rejection::Rejection;
use crate::rules::shipment::Shipment;
use crate::rules::snapshot::{ShipmentSnapshot, Snapshot};
use crate::rules::status::{OrderStatus, Read};
use crate::rules::subject::Subject;

/// What is known of an order here.
#[derive(Clone, Copy, Debug)]
pub struct Book<'a> {
    pub order: &'a Order,
    /// All of its shipments, by anybody, where the kind needs them or what was read is about any.
    pub shipments: &'a [Shipment],
}

/// What must be so directly before the send.
#[derive(Clone, Debug, PartialEq)]
pub enum Ready {
    /// It can be sent.
    Send,
    /// There is nothing to do any more.
    Done,
    /// It is sent later; those behind it may go first.
    Later(Timestamp),
    /// What it wants may be so already: that is looked at first.
    LookFirst,
}

/// What must be read to see an effect.
#[derive(Clone, PartialEq, Eq)]
pub enum Sought {
    /// An order, by Mollie's id.
    Order(MollieOrderId),
    /// Every order under a hook address, back to those created before a moment.
    Placement { hook_address: String, since: Timestamp },
}

impl std::fmt::Debug for Sought {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Order(id) => write!(f, "Order({id})"),
            // The hook address holds a token.
            Self::Placement { since, .. } => write!(f, "Placement(since {since})"),
        }
    }
}

/// What a reading shows of an operation's effect.
#[derive(Clone, Debug)]
pub enum Observation {
    /// It is there.
    Found(Acceptance),
    /// It is not there, as far as can be seen now.
    Absent,
    /// Something is there that may be it, or may not: in words.
    Ambiguous(String),
    /// The reading does not tell.
    NotUnderstood(Misread),
}

/// What an id stands for that an operator named.
#[derive(Clone, Debug)]
pub enum Named {
    /// The effect of the operation.
    Effect(Acceptance),
    /// Nothing at Mollie within the order.
    Nothing,
    /// Something else: in words.
    Other(String),
    /// The reading does not tell.
    NotUnderstood(Misread),
}

/// What Mollie's refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Nothing was done, and nothing will be.
    Final,
    /// It may be refused for being so already, or for what was done elsewhere: that is looked at first.
    LookFirst,
    /// It comes again after a while.
    Later(SignedDuration),
    /// The profile's key is another's: an operator's affair.
    WrongKey,
}

/// Something at Mollie that nothing here accounts for.
#[derive(Clone, Copy, Debug)]
pub enum Difference<'a> {
    /// A shipment.
    Shipment(&'a ShipmentSnapshot),
    /// Units of a line in a pool; the status of the order in the reading that shows them.
    Units { pool: Pool, line_id: LineId, status: Option<&'a Read<OrderStatus>> },
    /// Other tracking of a shipment that is known.
    Tracking(ShipmentId),
}

/// How an operation fails.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// Mollie refused, or an operator says that nothing was done.
    Rejected(Rejection),
    /// It had no effect in time, and is not sent any more.
    TooLate,
    /// What it was to follow has failed: it was never sent, and will not be.
    NothingToFollow,
    /// Nobody can tell what became of it. It has not failed yet; a person decides.
    Attention,
}

impl Failure {
    /// Why nothing was done at Mollie; `None` where that is not known yet.
    #[must_use]
    pub fn rejection(&self) -> Option<Rejection> {
        match self {
            Self::Rejected(rejection) => Some(rejection.clone()),
            Self::TooLate => Some(Rejection::of_ours("it came too late")),
            Self::NothingToFollow => Some(Rejection::of_ours("what it was to follow has failed")),
            Self::Attention => None,
        }
    }
}

/// A kind of operation, as its task.
pub trait Kind: std::fmt::Debug + Send + Sync {
    /// Its name, its lane, and how a repeat is safe.
    fn facts(&self) -> &'static Facts;

    /// What it is about.
    fn subject(&self) -> Subject;

    /// When it is given up unless it was sent by then. `age_limit`: of placements.
    fn deadline(&self, order: &Order, age_limit: SignedDuration) -> Option<Timestamp>;

    /// What must be so directly before it is sent, or looked for.
    fn ready(&self, book: Book<'_>, now: Timestamp) -> Ready;

    /// What to send. `secret`: what was sealed beside the task.
    ///
    /// # Errors
    /// What an operator must know, where that cannot be told any more.
    fn command(&self, book: Book<'_>, secret: Option<&[u8]>) -> Result<Command, String>;

    /// What must be read to see its effect; `named`: the id that an operator says is its effect. `None` if there is nothing to
    /// read.
    fn seek(&self, order: &Order, named: Option<&str>) -> Option<Sought>;

    /// Recognises its effect in what was read, by what nothing settled here accounts for.
    fn observe(&self, book: Book<'_>, seen: &[Snapshot], sends: Sends) -> Observation;

    /// Whether the id that an operator named is its effect.
    fn identify(&self, book: Book<'_>, seen: &[Snapshot], named: &str) -> Named;

    /// Whether something at Mollie may be its own effect, so that it is not taken for somebody else's while it is undecided.
    /// `sent`: whether it was ever sent.
    fn explains(&self, order: &Order, found: Difference<'_>, sent: bool) -> bool;

    /// What Mollie's refusal means.
    fn rejection(&self, order: &Order, why: &Rejection) -> Meaning;

    /// What its success changes. `seen`: the reading that showed it, if it was not the answer.
    fn succeed(&self, of: &Operation, effect: &Acceptance, seen: &[Snapshot], pen: &mut Pen<'_>);

    /// What its failure changes. `seen`: the reading behind a refusal, which tells why.
    fn fail(&self, of: &Operation, why: &Failure, seen: &[Snapshot], pen: &mut Pen<'_>);

    /// What changes when a person has it read once more what became of it.
    fn resume(&self, pen: &mut Pen<'_>);
}
