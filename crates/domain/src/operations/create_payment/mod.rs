//! A further attempt to pay: opened once the earlier ones have failed, expired or been canceled. While one is open there is nothing to
//! make, and the caller is told of that one. Mollie holds one open attempt for an order at most, so whatever new one a reading shows
//! serves the shopper, whoever opened it.

mod second_chance;
mod task;

use jiff::{SignedDuration, Timestamp};

pub use second_chance::second_chance;
pub use task::{Cause, Task};

use super::facts::{Facts, Lane, Needs, Repeat};
use super::kind::{Book, Difference, Failure, Kind, Meaning, Named, Observation, Ready, Sought};
use super::operation::Operation;
use super::pen::Pen;
use super::request::Request;
use super::sent::Sends;
use super::task::OperationKind;
use crate::ports::{Acceptance, Command, OpenPayment};
use crate::rules::comparison::{Comparison, Side};
use crate::rules::event::EventData;
use crate::rules::ids::GroupId;
use crate::rules::misread::Misread;
use crate::rules::order::Order;
use crate::rules::order_payment::{self, PaymentRequest};
use crate::rules::payment::{Payment, PaymentParameters};
use crate::rules::rejection::Rejection;
use crate::rules::request_error::RequestError;
use crate::rules::snapshot::Snapshot;
use crate::rules::subject::Subject;

/// A request to open a further payment.
#[derive(Clone, Debug)]
pub struct Pay(pub PaymentRequest);

impl Request for Pay {
    fn needs(&self) -> Needs {
        Needs::Order
    }

    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, RequestError> {
        order_payment::check(pen.order())?;
        pen.unblocked(FACTS.lane)?;
        if let Some(group) = under_way(pen.unsettled()) {
            pen.join(group);
            return Ok(Subject::Order);
        }
        let methods = self.0.methods.clone();
        let task = Task::of(pen, methods.clone(), Cause::Request);
        let operation_id = pen.set_to_work(task, self.0.payment.to_secret());
        pen.record(EventData::PaymentRecorded { operation_id, methods });
        Ok(Subject::Order)
    }
}

/// A payment under way: who asks meanwhile gets that one, whatever for.
fn under_way(unsettled: &[Operation]) -> Option<GroupId> {
    let own = unsettled.iter().find(|operation| operation.task.name() == FACTS.name);
    own.map(|operation| operation.group)
}

const FACTS: Facts = Facts {
    name: OperationKind::CreatePayment,
    lane: Lane::Authorization,
    repeat: Repeat::ByKey,
    needs: Needs::Order,
    opens_checkout: true,
};

impl Kind for Task {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn subject(&self) -> Subject {
        Subject::Order
    }

    fn deadline(&self, _order: &Order, _age_limit: SignedDuration) -> Option<Timestamp> {
        Some(self.until)
    }

    fn ready(&self, _book: Book<'_>, _now: Timestamp) -> Ready {
        Ready::Send
    }

    fn command(&self, book: Book<'_>) -> Result<Command, String> {
        let order = book.order.mollie_id.clone().ok_or("the order has no id at Mollie")?;
        let payment = PaymentParameters::from_secret(book.secret.0)
            .ok_or("this release does not know these payment parameters")?;
        Ok(Command::CreatePayment(OpenPayment { order, methods: self.methods.clone(), payment }))
    }

    fn seek(&self, order: &Order, _named: Option<&str>) -> Option<Sought> {
        order.mollie_id.clone().map(Sought::Order)
    }

    fn observe(&self, _book: Book<'_>, seen: &[Snapshot], _sends: Sends) -> Observation {
        let Some(snapshot) = seen.first() else { return Observation::Absent };
        let Some(payments) = &snapshot.payments else {
            return Observation::NotUnderstood(Misread::left_out("_embedded.payments"));
        };
        // One that has ended serves nobody. If it was ours, its key gives it again.
        let serves = |payment: &&Payment| self.is_new(payment) && !payment.has_ended();
        match payments.iter().filter(serves).max_by_key(|payment| payment.created_time) {
            Some(newest) => Observation::Found(Acceptance::Payment(Box::new(newest.clone()))),
            None => Observation::Absent,
        }
    }

    fn identify(&self, _book: Book<'_>, seen: &[Snapshot], named: &str) -> Named {
        let Some(snapshot) = seen.first() else { return Named::Nothing };
        let Some(payments) = &snapshot.payments else {
            return Named::NotUnderstood(Misread::left_out("_embedded.payments"));
        };
        match payments.iter().find(|payment| payment.mollie_id.as_str() == named) {
            None => Named::Nothing,
            Some(payment) if self.is_new(payment) => {
                Named::Effect(Acceptance::Payment(Box::new(payment.clone())))
            }
            Some(_) => Named::Other("it was there before this one was asked for".to_owned()),
        }
    }

    fn compare(&self, of: &Operation, book: Book<'_>, seen: &[Snapshot]) -> Comparison {
        let methods =
            if self.methods.is_empty() { "the order's methods".to_owned() } else { self.methods.join(", ") };
        let shown = seen.iter().flat_map(|snapshot| snapshot.payments.iter().flatten());
        let made = &book.order.made_payments;
        let is_others =
            |payment: &Payment| made.iter().any(|(by, id)| *by != of.id && *id == payment.mollie_id);
        let theirs = shown.filter(|payment| self.is_new(payment) && !is_others(payment));
        Comparison { ours: Side::of_text(methods), theirs: theirs.map(Side::of_payment).collect() }
    }

    /// Payments are facts of Mollie's: they are recorded whoever opened them.
    fn explains(&self, _order: &Order, _found: Difference<'_>, _sent: bool) -> bool {
        false
    }

    /// Mollie may reject it because an attempt is open.
    fn rejection(&self, _order: &Order, why: &Rejection) -> Meaning {
        if why.names_another_profile() { Meaning::WrongKey } else { Meaning::LookFirst }
    }

    fn succeed(&self, of: &Operation, effect: &Acceptance, _seen: &[Snapshot], pen: &mut Pen<'_>) {
        if let Acceptance::Payment(made) = effect {
            // What a reading has shown of it is newer than the answer that it was opened: a repeated call gives the first answer again.
            let known = pen.order().payments.iter().find(|known| known.mollie_id == made.mollie_id);
            let payment = known.map_or_else(|| made.clone(), |known| Box::new(known.clone()));
            pen.record(EventData::PaymentCreated { operation_id: of.id, payment: payment.clone() });
            self.pass_on(of.id, &payment, pen);
        }
        pen.look_again(pen.now());
    }

    fn fail(&self, of: &Operation, why: &Failure, _seen: &[Snapshot], pen: &mut Pen<'_>) {
        let Some(rejection) = why.rejection() else { return };
        pen.record(EventData::PaymentRefused { operation_id: of.id, rejection });
        pen.look_again(pen.now());
    }

    fn resume(&self, _pen: &mut Pen<'_>) {}
}

impl Task {
    fn of(pen: &Pen<'_>, methods: Vec<String>, cause: Cause) -> Self {
        let before = pen.order().payments.iter().map(|payment| payment.mollie_id.clone()).collect();
        Self { methods, before, until: order_payment::tried_until(pen.now()), cause }
    }

    fn is_new(&self, payment: &Payment) -> bool {
        !self.before.contains(&payment.mollie_id)
    }
}
