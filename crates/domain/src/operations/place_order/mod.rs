//! Placing an order: it is recorded first, so that it cannot be lost, and only then sent to Mollie. A placement whose answer was
//! lost is found again by its hook address; one past its age limit is given up.

mod task;

use jiff::{SignedDuration, Timestamp};

pub use task::Task;

use super::facts::{Facts, Lane, Needs, Repeat};
use super::kind::{Book, Difference, Failure, Kind, Meaning, Named, Observation, Ready, Sought};
use super::operation::{Operation, State};
use super::pen::Pen;
use super::request::Request;
use super::sent::Sends;
use super::task::OperationKind;
use crate::ports::{Acceptance, Command, PlaceOrder};
use crate::rules::comparison::{Comparison, Side};
use crate::rules::event::EventData;
use crate::rules::ids::MollieOrderId;
use crate::rules::order::Order;
use crate::rules::payment::PaymentParameters;
use crate::rules::rejection::Rejection;
use crate::rules::request_error::RequestError;
use crate::rules::snapshot::Snapshot;
use crate::rules::status::Read;
use crate::rules::subject::Subject;
use crate::rules::{adoption, concern, lookup};

/// A request to place a new order.
#[derive(Clone)]
pub struct Place {
    pub hook_address: String,
    pub payment: PaymentParameters,
}

impl Request for Place {
    fn needs(&self) -> Needs {
        Needs::Order
    }

    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, RequestError> {
        let task = Task { hook_address: self.hook_address.clone() };
        let operation_id = pen.set_to_work(task, self.payment.to_secret());
        pen.begin(operation_id);
        Ok(Subject::Order)
    }
}

/// The placement that was certainly never sent, if there is one.
pub(super) fn unsent(unsettled: &[Operation]) -> Option<&Operation> {
    unsettled.iter().find(|operation| {
        operation.task.name() == OperationKind::PlaceOrder
            && matches!(operation.state, State::Pending { sent: None, .. })
    })
}

const FACTS: Facts = Facts {
    name: OperationKind::PlaceOrder,
    lane: Lane::Placement,
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

    fn deadline(&self, order: &Order, age_limit: SignedDuration) -> Option<Timestamp> {
        Some(order.overdue_from(age_limit))
    }

    fn ready(&self, _book: Book<'_>, _now: Timestamp) -> Ready {
        Ready::Send
    }

    fn command(&self, book: Book<'_>) -> Result<Command, String> {
        let payment = PaymentParameters::from_secret(book.secret.0)
            .ok_or("this release does not know these payment parameters")?;
        let (order, hook_address) = (book.order.clone(), self.hook_address.clone());
        Ok(Command::PlaceOrder(Box::new(PlaceOrder { order, payment, hook_address })))
    }

    fn seek(&self, order: &Order, named: Option<&str>) -> Option<Sought> {
        Some(match named {
            Some(id) => Sought::Order(MollieOrderId::new(id)),
            None => Sought::Placement { hook_address: self.hook_address.clone(), since: order.created_time },
        })
    }

    /// There should be only one; a shopper may pay any others as well.
    fn observe(&self, _book: Book<'_>, seen: &[Snapshot], _sends: Sends) -> Observation {
        match adoption::adopt(seen) {
            Some(adopted) => Observation::Found(Acceptance::Order(Box::new(adopted.clone()))),
            None => Observation::Absent,
        }
    }

    fn identify(&self, _book: Book<'_>, seen: &[Snapshot], _named: &str) -> Named {
        match seen.first() {
            None => Named::Nothing,
            Some(theirs) if theirs.webhook_url.as_deref() == Some(self.hook_address.as_str()) => {
                Named::Effect(Acceptance::Order(Box::new(theirs.clone())))
            }
            Some(_) => Named::Other("its webhook address is not this order's".to_owned()),
        }
    }

    fn compare(&self, _of: &Operation, book: Book<'_>, seen: &[Snapshot]) -> Comparison {
        let terms = &book.order.terms;
        let ours = Side {
            amount: Some(terms.amount),
            ..Side::of_text(format!("place order {}", terms.order_number))
        };
        Comparison { ours, theirs: seen.iter().map(Side::of_order).collect() }
    }

    fn explains(&self, _order: &Order, _found: Difference<'_>, _sent: bool) -> bool {
        false
    }

    fn rejection(&self, _order: &Order, _why: &Rejection) -> Meaning {
        Meaning::Final
    }

    fn succeed(&self, of: &Operation, effect: &Acceptance, seen: &[Snapshot], pen: &mut Pen<'_>) {
        let Acceptance::Order(snapshot) = effect else { return };
        let is_late = pen.is_overdue();
        pen.place(snapshot);
        if is_late && adoption::holds_money(snapshot.status.as_ref()) {
            let status = match &snapshot.status {
                Some(Read::Known(status)) => status.as_str(),
                Some(Read::Unknown(word)) => word,
                None => "in a status that Mollie does not report",
            };
            pen.raise(concern::late_placement(of.id, &snapshot.mollie_id, status));
        }
        let others = seen.iter().map(|other| &other.mollie_id).filter(|id| **id != snapshot.mollie_id);
        for other in others {
            let concern = concern::surplus_order(pen.order(), other);
            pen.raise(concern);
        }
        pen.take_over_shipments(snapshot);
        let is_incomplete = snapshot.counter_left_out().is_some() || !snapshot.contradictions.is_empty();
        if is_incomplete {
            pen.look_again(lookup::again(pen.now(), 0));
        } else {
            pen.look_again_on_schedule();
        }
    }

    fn fail(&self, _of: &Operation, why: &Failure, _seen: &[Snapshot], pen: &mut Pen<'_>) {
        match why {
            Failure::Rejected(rejection) => {
                pen.record(EventData::PlacementRefused { rejection: rejection.clone() });
            }
            Failure::TooLate | Failure::NothingToFollow => {
                let reason = "not placed within its age limit".to_owned();
                pen.record(EventData::PlacementAbandoned { reason });
            }
            Failure::Attention => (),
        }
    }

    fn resume(&self, _pen: &mut Pen<'_>) {}
}
