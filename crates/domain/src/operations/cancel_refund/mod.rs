//! Canceling a refund: called off before Mollie has it, or canceled there while it is queued or pending. A refund that is canceled
//! already stays so, and the request succeeds.

mod task;

use jiff::{SignedDuration, Timestamp};

pub use task::Task;

use super::create_refund;
use super::facts::{Facts, Lane, Needs, Repeat};
use super::kind::{Book, Difference, Failure, Kind, Meaning, Named, Observation, Ready, Sought};
use super::operation::{Operation, State};
use super::pen::Pen;
use super::request::Request;
use super::sent::Sends;
use super::task::OperationKind;
use crate::ports::{Acceptance, Command};
use crate::rules::comparison::{Comparison, Side};
use crate::rules::event::EventData;
use crate::rules::ids::{OperationId, RefundId};
use crate::rules::misread::Misread;
use crate::rules::order::Order;
use crate::rules::precondition::{FailedPrecondition, PreconditionReason};
use crate::rules::refund::{Refund, RefundState};
use crate::rules::rejection::Rejection;
use crate::rules::request_error::RequestError;
use crate::rules::snapshot::{RefundSnapshot, Snapshot};
use crate::rules::status::{Read, RefundStatus};
use crate::rules::subject::Subject;

/// A request to cancel a refund.
#[derive(Clone, Debug)]
pub struct CallOff {
    pub refund_id: RefundId,
}

impl Request for CallOff {
    fn needs(&self) -> Needs {
        Needs::Refunds
    }

    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, RequestError> {
        let subject = Subject::Refund(self.refund_id);
        let Some(refund) = pen.known_refund(self.refund_id) else {
            return Err(RequestError::Blocked(refusal(format!(
                "The order has no refund {}.",
                self.refund_id
            ))));
        };
        if let Some(other) = refund.merged_into {
            let text = format!("Refund {} was merged into refund {other}: cancel that one.", refund.id);
            return Err(RequestError::State(refusal(text)));
        }
        match refund.state {
            RefundState::Refused | RefundState::Withdrawn => return Ok(subject),
            RefundState::Registered if refund.is_void() => return Ok(subject),
            RefundState::Registered if !may_be_canceled(&refund) => {
                return Err(RequestError::State(refusal(too_late(&refund))));
            }
            RefundState::Recorded | RefundState::Registered | RefundState::NeedsAttention => (),
        }
        pen.unblocked(FACTS.lane)?;
        if let Some(group) = under_way(pen.unsettled(), refund.id).map(|operation| operation.group) {
            pen.join(group);
            return Ok(subject);
        }
        let making = create_refund::under_way(pen.unsettled(), refund.id).cloned();
        match making {
            Some(making) if matches!(making.state, State::Pending { sent: None, .. }) => {
                create_refund::withdraw(pen, making, refund, None);
            }
            Some(Operation { id, .. }) => cancel(pen, Some(id), &refund),
            None => cancel(pen, None, &refund),
        }
        Ok(subject)
    }
}

/// Cancels it at Mollie, once Mollie has it.
fn cancel(pen: &mut Pen<'_>, making: Option<OperationId>, refund: &Refund) {
    let task = Task { refund_id: refund.id, payment_id: refund.payment_id.clone() };
    let operation_id = pen.set_to_work_after(making, task);
    pen.record(EventData::RefundCancelRecorded { refund_id: refund.id, operation_id });
}

/// Whether Mollie may let it be canceled, as far as its status is known.
const fn may_be_canceled(refund: &Refund) -> bool {
    match &refund.status {
        Some(Read::Known(status)) => status.allows_canceling(),
        Some(Read::Unknown(_)) | None => true,
    }
}

fn too_late(refund: &Refund) -> String {
    let status = match &refund.status {
        Some(Read::Known(status)) => status.as_str(),
        Some(Read::Unknown(word)) => word,
        None => "not known",
    };
    format!("Refund {} is {status}: a refund is canceled while it is queued or pending.", refund.id)
}

fn refusal(text: String) -> FailedPrecondition {
    FailedPrecondition::of_order(PreconditionReason::RefundNotCancelable, text)
}

/// The unsettled cancellation of a refund.
#[must_use]
pub fn under_way(unsettled: &[Operation], id: RefundId) -> Option<&Operation> {
    unsettled.iter().find(|operation| {
        operation.task.name() == FACTS.name && operation.task.kind().subject() == Subject::Refund(id)
    })
}

const FACTS: Facts = Facts {
    name: OperationKind::CancelRefund,
    lane: Lane::Refunds,
    repeat: Repeat::Never,
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
        None
    }

    fn ready(&self, book: Book<'_>, _now: Timestamp) -> Ready {
        if self.refund(book).is_some_and(Refund::is_void) { Ready::Done } else { Ready::Send }
    }

    fn command(&self, book: Book<'_>) -> Result<Command, String> {
        let refund = self.refund(book).ok_or("there is no such refund")?;
        let id = refund.mollie_id.clone().ok_or("the refund has no id at Mollie")?;
        let payment = refund.payment_id.clone().ok_or("Mollie has not told the payment of the refund")?;
        Ok(Command::CancelRefund { payment, refund: id })
    }

    fn seek(&self, order: &Order, _named: Option<&str>) -> Option<Sought> {
        let (order, payment) = (order.mollie_id.clone()?, self.payment_id.clone());
        Some(Sought::Refunds { order, payment })
    }

    fn observe(&self, book: Book<'_>, seen: &[Snapshot], _sends: Sends) -> Observation {
        let Some(snapshot) = seen.first() else { return Observation::Absent };
        let Some(refunds) = &snapshot.refunds else {
            return Observation::NotUnderstood(Misread::left_out("_embedded.refunds"));
        };
        let Some(id) = self.refund(book).and_then(|refund| refund.mollie_id.as_ref()) else {
            return Observation::Absent;
        };
        match refunds.iter().find(|theirs| theirs.mollie_id == *id) {
            Some(theirs) if theirs.is_void() => Observation::Found(Acceptance::Refund(theirs.clone())),
            Some(_) => Observation::Absent,
            // A canceled refund is not there any more, if this list is whole.
            None if self.is_listed(book, snapshot) => Observation::Found(Acceptance::Nothing),
            None => Observation::NotUnderstood(format!("it does not list refund {id}").into()),
        }
    }

    fn identify(&self, book: Book<'_>, seen: &[Snapshot], named: &str) -> Named {
        let id = self.refund(book).and_then(|refund| refund.mollie_id.as_ref());
        if id.is_none_or(|id| id.as_str() != named) {
            return Named::Other("it is not the id of the refund".to_owned());
        }
        let Some(snapshot) = seen.first() else { return Named::Nothing };
        let mut listed = snapshot.refunds.iter().flatten();
        match listed.find(|theirs| theirs.mollie_id.as_str() == named) {
            Some(theirs) if theirs.is_void() => Named::Effect(Acceptance::Refund(theirs.clone())),
            Some(_) => Named::Other("the refund is not canceled".to_owned()),
            None if self.is_listed(book, snapshot) => Named::Effect(Acceptance::Nothing),
            None => Named::NotUnderstood(Misread::left_out("_embedded.refunds")),
        }
    }

    fn compare(&self, _of: &Operation, book: Book<'_>, seen: &[Snapshot]) -> Comparison {
        let refund = self.refund(book);
        let id = refund.and_then(|refund| refund.mollie_id.as_ref());
        let ours = Side {
            mollie_id: id.map(ToString::to_string),
            amount: refund.map(|refund| refund.amount),
            ..Side::of_text("cancel the refund")
        };
        let shown = seen.iter().flat_map(|snapshot| snapshot.refunds.iter().flatten());
        let theirs = shown.filter(|theirs| id == Some(&theirs.mollie_id));
        Comparison { ours, theirs: theirs.map(|theirs| Side::of_refund(book.order, theirs)).collect() }
    }

    fn explains(&self, _order: &Order, found: Difference<'_>, sent: bool) -> bool {
        match found {
            Difference::RefundStatus(id) => sent && id == self.refund_id,
            Difference::Refund(_)
            | Difference::Shipment(_)
            | Difference::Tracking(_)
            | Difference::Units { .. }
            | Difference::NewLine(_)
            | Difference::LineValues(_)
            | Difference::LeftOpen(_) => false,
        }
    }

    /// Mollie may reject it because it is canceled already.
    fn rejection(&self, _order: &Order, why: &Rejection) -> Meaning {
        if why.names_another_profile() { Meaning::WrongKey } else { Meaning::LookFirst }
    }

    fn succeed(&self, of: &Operation, effect: &Acceptance, _seen: &[Snapshot], pen: &mut Pen<'_>) {
        let status = match effect {
            Acceptance::Refund(RefundSnapshot { status, .. }) => status.clone(),
            Acceptance::Order(_) | Acceptance::Shipment(_) | Acceptance::Payment(_) | Acceptance::Nothing => {
                Read::Known(RefundStatus::Canceled)
            }
        };
        if let Some(refund) = pen.known_refund(self.refund_id) {
            pen.update_refund(&refund, Some(of.id), status);
        }
        pen.look_again(pen.now());
    }

    fn fail(&self, of: &Operation, why: &Failure, _seen: &[Snapshot], pen: &mut Pen<'_>) {
        if let Some(rejection) = why.rejection() {
            let (refund_id, operation_id) = (self.refund_id, of.id);
            pen.record(EventData::RefundCancelRefused { refund_id, operation_id, rejection });
        }
        pen.look_again(pen.now());
    }

    fn resume(&self, _pen: &mut Pen<'_>) {}
}

impl Task {
    /// Whether all refunds of its payment were read. The payment may have come to be known only after this was recorded.
    fn is_listed(&self, book: Book<'_>, snapshot: &Snapshot) -> bool {
        let now = self.refund(book).and_then(|refund| refund.payment_id.as_ref());
        now.or(self.payment_id.as_ref()).is_some_and(|payment| snapshot.refunds_of.contains(payment))
    }

    fn refund<'a>(&self, book: Book<'a>) -> Option<&'a Refund> {
        book.refunds.iter().find(|refund| refund.id == self.refund_id)
    }
}
