//! A test-only kind, to show that the workflow carries a kind without knowing it: a PATCH with a body, answered by 204, that
//! moves no money and is safe to repeat; and one that gives units up and is not. Neither has a key.

mod task;

use jiff::{SignedDuration, Timestamp};

pub use task::{Task, What, When};

use super::facts::{Facts, Lane, Needs, Repeat};
use super::kind::{Book, Difference, Failure, Kind, Meaning, Named, Observation, Ready, Sought};
use super::operation::Operation;
use super::pen::Pen;
use super::request::Request;
use super::sent::Sends;
use super::task::OperationKind;
use crate::ports::{Acceptance, Command};
use crate::rules::comparison::{Comparison, Side};
use crate::rules::event::EventData;
use crate::rules::ids::LineId;
use crate::rules::ledger::{self, Entry, Pool, Stage};
use crate::rules::misread::Misread;
use crate::rules::order::Order;
use crate::rules::rejection::Rejection;
use crate::rules::request_error::RequestError;
use crate::rules::shipment::ShipmentLine;
use crate::rules::snapshot::{LineSnapshot, Snapshot};
use crate::rules::subject::Subject;

/// A request for a made-up change.
#[derive(Clone, Debug)]
pub struct Change(pub Task);

impl Request for Change {
    fn needs(&self) -> Needs {
        Needs::Order
    }

    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, RequestError> {
        pen.unblocked(self.0.facts().lane)?;
        let operation_id = pen.set_to_work(self.0.clone(), None);
        let entries = self.0.units(Stage::Reserved);
        pen.record(EventData::CancellationRecorded { operation_id, release: Vec::new(), entries });
        Ok(Subject::Order)
    }
}

const NUMBER: Facts = Facts {
    name: OperationKind::MadeUp,
    lane: Lane::Terms,
    repeat: Repeat::ByValue,
    needs: Needs::Order,
    opens_checkout: false,
};
const GIVE_UP: Facts = Facts {
    name: OperationKind::MadeUp,
    lane: Lane::Authorization,
    repeat: Repeat::Never,
    needs: Needs::Order,
    opens_checkout: false,
};

impl Task {
    fn units(&self, stage: Stage) -> Vec<Entry> {
        match &self.what {
            What::Number(_) => Vec::new(),
            What::GiveUp(line) => ledger::ours(Pool::Canceled, stage, &[*line]),
        }
    }
}

impl Kind for Task {
    fn facts(&self) -> &'static Facts {
        match self.what {
            What::Number(_) => &NUMBER,
            What::GiveUp(_) => &GIVE_UP,
        }
    }

    fn subject(&self) -> Subject {
        Subject::Order
    }

    fn deadline(&self, _order: &Order, _age_limit: SignedDuration) -> Option<Timestamp> {
        None
    }

    fn ready(&self, _book: Book<'_>, now: Timestamp) -> Ready {
        match self.when {
            When::Now => Ready::Send,
            When::From(time) if time > now => Ready::Later(time),
            When::From(_) => Ready::Send,
            When::AfterLooking => Ready::LookFirst,
        }
    }

    fn command(&self, book: Book<'_>) -> Result<Command, String> {
        let mollie_id = book.order.mollie_id.clone().ok_or("the order has no id at Mollie")?;
        let body = match &self.what {
            What::Number(number) => serde_json::json!({ "orderNumber": number }),
            What::GiveUp(ShipmentLine { line_id, part }) => {
                let line = book.order.line(*line_id).and_then(|line| line.mollie_id.as_ref());
                let id = line.ok_or("the line has no id at Mollie")?.as_str();
                serde_json::json!({ "lines": [{ "id": id, "quantity": part.quantity }] })
            }
        };
        Ok(Command::MadeUp { mollie_id, body: body.to_string() })
    }

    fn seek(&self, order: &Order, _named: Option<&str>) -> Option<Sought> {
        order.mollie_id.clone().map(Sought::Order)
    }

    fn observe(&self, book: Book<'_>, seen: &[Snapshot], _sends: Sends) -> Observation {
        let Some(snapshot) = seen.first() else { return Observation::Absent };
        match &self.what {
            What::Number(number) if snapshot.order_number == *number => {
                Observation::Found(Acceptance::Nothing)
            }
            What::Number(_) => Observation::Absent,
            What::GiveUp(line) => given_up(book.order, line, snapshot),
        }
    }

    fn identify(&self, book: Book<'_>, seen: &[Snapshot], _named: &str) -> Named {
        let sends = Sends { sent: super::sent::Sent::at(book.order.created_time), is_refused: false };
        match self.observe(book, seen, sends) {
            Observation::Found(effect) => Named::Effect(effect),
            Observation::Absent | Observation::Unwanted(_) => Named::Nothing,
            Observation::Ambiguous(difference) => Named::Other(difference),
            Observation::NotUnderstood(misread) => Named::NotUnderstood(misread),
        }
    }

    fn compare(&self, _of: &Operation, _book: Book<'_>, seen: &[Snapshot]) -> Comparison {
        Comparison {
            ours: Side::of_text(format!("{:?}", self.what)),
            theirs: seen.iter().map(Side::of_order).collect(),
        }
    }

    fn explains(&self, _order: &Order, found: Difference<'_>, sent: bool) -> bool {
        match (&self.what, found) {
            (What::GiveUp(line), Difference::Units { pool: Pool::Canceled, line_id, .. }) => {
                sent && line.line_id == line_id
            }
            (
                What::Number(_) | What::GiveUp(_),
                Difference::Units { .. }
                | Difference::Shipment(_)
                | Difference::Tracking(_)
                | Difference::Refund(_)
                | Difference::RefundStatus(_)
                | Difference::NewLine(_)
                | Difference::LineValues(_)
                | Difference::LeftOpen(_),
            ) => false,
        }
    }

    fn rejection(&self, _order: &Order, why: &Rejection) -> Meaning {
        if why.names_another_profile() { Meaning::WrongKey } else { Meaning::LookFirst }
    }

    fn succeed(&self, of: &Operation, _effect: &Acceptance, _seen: &[Snapshot], pen: &mut Pen<'_>) {
        let settled = self.units(Stage::Freed).into_iter().chain(self.units(Stage::Settled)).collect();
        pen.record(EventData::CancellationSucceeded { operation_id: of.id, entries: settled });
        pen.look_again(pen.now());
    }

    fn fail(&self, of: &Operation, why: &Failure, _seen: &[Snapshot], pen: &mut Pen<'_>) {
        let Some(rejection) = why.rejection() else { return };
        let (operation_id, entries) = (of.id, self.units(Stage::Freed));
        pen.record(EventData::CancellationRefused { operation_id, rejection, entries });
    }

    fn resume(&self, _pen: &mut Pen<'_>) {}
}

/// Whether exactly these units are canceled beyond all that is settled here.
fn given_up(order: &Order, line: &ShipmentLine, snapshot: &Snapshot) -> Observation {
    match units_beyond(order, line.line_id, snapshot) {
        Err(misread) => Observation::NotUnderstood(misread),
        Ok(0) => Observation::Absent,
        Ok(units) if units == line.part.quantity => Observation::Found(Acceptance::Nothing),
        Ok(units) => Observation::Ambiguous(format!("{units} units are canceled that nothing accounts for")),
    }
}

fn units_beyond(order: &Order, line_id: LineId, snapshot: &Snapshot) -> Result<u32, Misread> {
    let Some(ours) = order.line(line_id) else { return Ok(0) };
    let is_ours = |theirs: &&LineSnapshot| Some(&theirs.mollie_id) == ours.mollie_id.as_ref();
    let Some(theirs) = snapshot.lines.iter().find(is_ours) else { return Ok(0) };
    if theirs.canceled.is_none() {
        return Err(Misread::left_out("quantityCanceled"));
    }
    Ok(ledger::unexplained(ours, theirs, Pool::Canceled).map_or(0, |part| part.quantity))
}
