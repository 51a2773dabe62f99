//! Refunding: what goes back is reserved at once, and given back as soon as Mollie has it. Our id of a refund travels in its
//! metadata, so that it is recognised whatever answer is lost.

mod end;
mod merge;
mod surplus;
mod task;

use jiff::{SignedDuration, Timestamp};

pub use surplus::give_back_surplus;
pub use task::Task;

use super::facts::{Facts, Lane, Needs, Repeat};
use super::kind::{Book, Difference, Failure, Kind, Meaning, Named, Observation, Ready, Sought};
use super::operation::Operation;
use super::pen::Pen;
use super::request::Request;
use super::sent::Sends;
use super::task::OperationKind;
use crate::ports::{Acceptance, Command, MakeRefund};
use crate::rules::comparison::{Comparison, Side};
use crate::rules::event::EventData;
use crate::rules::ids::RefundId;
use crate::rules::ledger::{Pool, Stage};
use crate::rules::misread::Misread;
use crate::rules::order::Order;
use crate::rules::refund::{self, Override, Plan, Refund, RefundRequest, RefundState, Route};
use crate::rules::rejection::Rejection;
use crate::rules::request_error::RequestError;
use crate::rules::shipment::Origin;
use crate::rules::snapshot::{RefundSnapshot, Snapshot};
use crate::rules::subject::Subject;

/// For so long a refund that Mollie does not take yet is tried again.
const TRIED_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How often a refund is tried that the balance does not cover.
const BALANCE: SignedDuration = SignedDuration::from_hours(24);
/// When an equal refund is no duplicate any more.
const DUPLICATE: SignedDuration = SignedDuration::from_mins(62);

/// A request to give money back.
#[derive(Clone, Debug)]
pub struct GiveBack(pub RefundRequest);

impl Request for GiveBack {
    fn needs(&self) -> Needs {
        Needs::Refunds
    }

    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, RequestError> {
        pen.unblocked(FACTS.lane)?;
        let plan = refund::plan(pen.order(), pen.known_refunds(), &self.0)?;
        let making = |id| under_way(pen.unsettled(), id);
        let waiting = if self.0.merge_equal { merge::waiting(pen, &plan, making) } else { Vec::new() };
        Ok(Subject::Refund(record(&self.0, plan, &waiting, pen)))
    }
}

/// Makes a refund, as planned, as one part of a larger request.
///
/// # Errors
/// [`RequestError::Blocked`], if a refund of the order waits for an operator.
pub fn make(pen: &mut Pen<'_>, request: &RefundRequest, plan: Plan) -> Result<RefundId, RequestError> {
    pen.unblocked(FACTS.lane)?;
    Ok(record(request, plan, &[], pen))
}

/// Records a refund as planned, and sets it to work.
fn record(
    request: &RefundRequest,
    plan: Plan,
    waiting: &[(Operation, Refund)],
    pen: &mut Pen<'_>,
) -> RefundId {
    let id = pen.new_refund_id();
    waiting.iter().for_each(|(making, other)| withdraw(pen, making.clone(), other.clone(), Some(id)));
    let refund = Refund {
        id,
        order_id: pen.order().id,
        state: RefundState::Recorded,
        origin: Origin::Here,
        sequence: pen.next_sequence(),
        mollie_id: None,
        route: plan.route,
        payment_id: plan.payment_id,
        amount: plan.amount,
        lines: plan.lines,
        not_leaving: plan.not_leaving,
        description: request.description.clone(),
        overrides: request.overrides.clone(),
        status: None,
        created_time: pen.now(),
        registered_time: None,
        rejection: None,
        settlement_amount: None,
        merged_into: None,
    };
    let refund = waiting.iter().fold(refund, |refund, (_, other)| merge::with(refund, other));
    let charged_back = refund::charged_back(pen.order(), refund.payment_id.as_ref());
    let task = Task {
        refund_id: refund.id,
        route: refund.route,
        payment_id: refund.payment_id.clone(),
        amount: refund.amount,
        lines: refund.lines.clone(),
        description: refund.description.clone(),
        recorded_time: refund.created_time,
        charged_back: merge::charged_back(charged_back, waiting),
    };
    let entries = refund.entries(Stage::Reserved);
    let operation_id = pen.set_to_work(task, None);
    pen.record(EventData::RefundRecorded { refund: Box::new(refund.clone()), operation_id, entries });
    pen.put_refund(refund);
    id
}

/// Withdraws a refund that was certainly never sent.
pub fn withdraw(pen: &mut Pen<'_>, making: Operation, refund: Refund, merged_into: Option<RefundId>) {
    pen.record(EventData::RefundWithdrawn {
        refund_id: refund.id,
        operation_id: making.id,
        merged_into,
        entries: refund.entries(Stage::Freed),
    });
    pen.withdraw(making);
    pen.put_refund(Refund { state: RefundState::Withdrawn, merged_into, ..refund });
}

/// The unsettled operation that makes a refund.
#[must_use]
pub fn under_way(unsettled: &[Operation], id: RefundId) -> Option<&Operation> {
    unsettled.iter().find(|operation| {
        operation.task.name() == FACTS.name && operation.task.kind().subject() == Subject::Refund(id)
    })
}

const FACTS: Facts = Facts {
    name: OperationKind::CreateRefund,
    lane: Lane::Refunds,
    repeat: Repeat::ByKey,
    needs: Needs::Refunds,
    opens_checkout: false,
};

impl Kind for Task {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn subject(&self) -> Subject {
        Subject::Refund(self.refund_id)
    }

    fn deadline(&self, _order: &Order, _age_limit: SignedDuration) -> Option<Timestamp> {
        Some(self.recorded_time.saturating_add(TRIED_FOR).unwrap_or(Timestamp::MAX))
    }

    /// Mollie takes an equal refund within the hour for a duplicate.
    fn ready(&self, book: Book<'_>, now: Timestamp) -> Ready {
        refund::wait_for_equal(book.refunds, self.refund_id, now).map_or(Ready::Send, Ready::Later)
    }

    fn command(&self, book: Book<'_>) -> Result<Command, String> {
        let order = book.order.remote().ok_or("the order has no id at Mollie")?;
        if self.is_charged_back(book) {
            let problem = "money of the payment was charged back after the refund was recorded, or what is left does not cover it: \
                           reject it and refund what is still owed, or retry once the bank has returned the money";
            return Err(problem.to_owned());
        }
        let on_payment = match self.route {
            Route::Order => None,
            Route::Payment => Some(self.payment_id.clone().ok_or("the refund names no payment")?),
        };
        Ok(Command::CreateRefund(MakeRefund {
            order,
            on_payment,
            refund_id: self.refund_id,
            amount: self.amount,
            lines: self.lines.clone(),
            description: self.description.clone(),
        }))
    }

    fn seek(&self, order: &Order, _named: Option<&str>) -> Option<Sought> {
        let (order, payment) = (order.mollie_id.clone()?, self.payment_id.clone());
        Some(Sought::Refunds { order, payment })
    }

    fn observe(&self, _book: Book<'_>, seen: &[Snapshot], _sends: Sends) -> Observation {
        let Some(snapshot) = seen.first() else { return Observation::Absent };
        let listed = snapshot.refunds.iter().flatten();
        let ours = listed.filter(|theirs| theirs.ours == Some(self.refund_id));
        match ours.min_by_key(|theirs| theirs.created_time) {
            Some(theirs) => Observation::Found(Acceptance::Refund(theirs.clone())),
            None => self.unlisted(snapshot).map_or(Observation::Absent, Observation::NotUnderstood),
        }
    }

    fn identify(&self, book: Book<'_>, seen: &[Snapshot], named: &str) -> Named {
        let Some(snapshot) = seen.first() else { return Named::Nothing };
        let mut listed = snapshot.refunds.iter().flatten();
        let Some(theirs) = listed.find(|theirs| theirs.mollie_id.as_str() == named) else {
            return self.unlisted(snapshot).map_or(Named::Nothing, Named::NotUnderstood);
        };
        let is_of = |other: &&Refund| {
            other.id != self.refund_id && other.mollie_id.as_ref() == Some(&theirs.mollie_id)
        };
        match book.refunds.iter().find(is_of) {
            Some(other) => Named::Other(format!("it is refund {}", other.id)),
            None if self.is_like(book.order, theirs) => Named::Effect(Acceptance::Refund(theirs.clone())),
            None => Named::Other("its amount or lines differ".to_owned()),
        }
    }

    /// A refund with our id is its effect, and the id cannot be edited; others are shown, because nothing else may be there.
    fn compare(&self, _of: &Operation, book: Book<'_>, seen: &[Snapshot]) -> Comparison {
        let ours = Side { amount: Some(self.amount), ..Side::of_lines(&self.lines) };
        let shown = seen.iter().flat_map(|snapshot| snapshot.refunds.iter().flatten());
        let is_other = |theirs: &RefundSnapshot| {
            let is_theirs = |other: &Refund| other.mollie_id.as_ref() == Some(&theirs.mollie_id);
            book.refunds.iter().any(|other| other.id != self.refund_id && is_theirs(other))
        };
        let theirs = shown.filter(|theirs| !is_other(theirs));
        Comparison { ours, theirs: theirs.map(|theirs| Side::of_refund(book.order, theirs)).collect() }
    }

    fn explains(&self, _order: &Order, found: Difference<'_>, sent: bool) -> bool {
        match found {
            Difference::Refund(theirs) => sent && theirs.ours == Some(self.refund_id),
            Difference::Units { pool: Pool::Refunded, line_id, .. } => {
                let is_counted = self.route == Route::Order;
                sent && is_counted && self.lines.iter().any(|line| line.line_id == line_id)
            }
            Difference::Units {
                pool:
                    Pool::Shipped | Pool::Canceled | Pool::PaymentRefunded | Pool::ChargedBack | Pool::NotLeaving,
                ..
            }
            | Difference::Shipment(_)
            | Difference::Tracking(_)
            | Difference::RefundStatus(_)
            | Difference::NewLine(_)
            | Difference::LineValues(_)
            | Difference::LeftOpen(_) => false,
        }
    }

    /// Too little balance and a duplicate pass; anything else may have been refunded elsewhere.
    fn rejection(&self, order: &Order, why: &Rejection) -> Meaning {
        let detail = why.detail.to_ascii_lowercase();
        if why.names_another_profile() {
            Meaning::WrongKey
        } else if why.status() == Some(409) && detail.contains("duplicate") {
            Meaning::LookThenLater(DUPLICATE)
        } else if detail.contains("amount cannot be refunded") && refund::is_covered(order) {
            Meaning::LookThenLater(BALANCE)
        } else {
            Meaning::LookFirst
        }
    }

    fn succeed(&self, of: &Operation, effect: &Acceptance, _seen: &[Snapshot], pen: &mut Pen<'_>) {
        if let Acceptance::Refund(theirs) = effect {
            end::registered(self, of, theirs, pen);
        }
        pen.look_again(pen.now());
    }

    fn fail(&self, of: &Operation, why: &Failure, _seen: &[Snapshot], pen: &mut Pen<'_>) {
        match why.rejection() {
            Some(rejection) => end::refused(self, of, why, &rejection, pen),
            None => end::is_now(self, RefundState::NeedsAttention, pen),
        }
        pen.look_again(pen.now());
    }

    fn resume(&self, pen: &mut Pen<'_>) {
        end::is_now(self, RefundState::Recorded, pen);
    }
}

impl Task {
    /// Whether a chargeback may have taken what it was to give back: one that came after it, or one that leaves it uncovered. A
    /// request that gave up the limit is not covered in any case.
    fn is_charged_back(&self, book: Book<'_>) -> bool {
        let now = refund::charged_back(book.order, self.payment_id.as_ref());
        if now.minor() > self.charged_back.minor() {
            return true;
        }
        let ours = book.refunds.iter().find(|refund| refund.id == self.refund_id);
        let is_unlimited = ours.is_some_and(|refund| refund.overrides.contains(&Override::OrderCeiling));
        book.order.beside.charged_back.minor() > 0 && !is_unlimited && !refund::is_covered(book.order)
    }

    /// The list in which the refund would have to be, if it was not read. A missing list is not an empty one.
    fn unlisted(&self, snapshot: &Snapshot) -> Option<Misread> {
        let is_read = match (&self.payment_id, self.route) {
            (Some(payment), _) if snapshot.refunds_of.contains(payment) => true,
            (Some(_) | None, Route::Order) => snapshot.refunds.is_some(),
            (Some(_) | None, Route::Payment) => false,
        };
        (!is_read).then(|| Misread::left_out("_embedded.refunds"))
    }

    fn is_like(&self, order: &Order, theirs: &RefundSnapshot) -> bool {
        let has_line = |id, part| {
            let line = self.lines.iter().find(|line| line.part == part);
            line.and_then(|line| order.line(line.line_id)?.mollie_id.clone()) == Some(id)
        };
        let (amount, count) = match self.route {
            Route::Order => (self.amount, self.lines.len()),
            Route::Payment => (self.amount, 0),
        };
        let has_lines = theirs.lines.iter().all(|(id, part)| has_line(id.clone(), *part));
        theirs.amount == amount && theirs.lines.len() == count && has_lines
    }
}
