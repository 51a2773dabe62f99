//! Canceling an order: at Mollie, or by withdrawing its placement before Mollie has it. An order that is already canceled stays
//! as it is, and the request succeeds.

mod superseded;
mod task;
mod unpaid;
mod unshipped;

use jiff::{SignedDuration, Timestamp};

pub use superseded::end_superseded;
pub use task::{Cause, Task};
pub use unpaid::cancel_unpaid;
pub use unshipped::cancel_unshipped;

use super::facts::{Facts, Lane, Needs, Repeat};
use super::kind::{Book, Difference, Failure, Kind, Meaning, Named, Observation, Ready, Sought};
use super::operation::Operation;
use super::pen::Pen;
use super::place_order;
use super::request::Request;
use super::sent::Sends;
use super::task::OperationKind;
#[cfg(feature = "planted")]
use crate::planted::Planted;
use crate::ports::{Acceptance, Command};
use crate::rules::cancellation::{self, Cancellation};
use crate::rules::comparison::{Comparison, Row, Side};
use crate::rules::concern;
use crate::rules::event::EventData;
use crate::rules::ids::LineId;
use crate::rules::ledger::{self, Entry, Pool, Stage};
use crate::rules::misread::Misread;
use crate::rules::order::{Order, Release};
use crate::rules::rejection::Rejection;
use crate::rules::request_error::RequestError;
use crate::rules::shipment::ShipmentLine;
use crate::rules::snapshot::{LineSnapshot, Snapshot};
use crate::rules::status::{OrderStatus, Read};
use crate::rules::subject::Subject;

/// A request to cancel the order.
#[derive(Clone, Debug)]
pub struct Cancel {
    /// Lines to give up although they take money off goods that were shipped, as the caller wrote them.
    pub release: Vec<String>,
}

impl Request for Cancel {
    fn needs(&self) -> Needs {
        Needs::Order
    }

    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, RequestError> {
        let (cancellation, release) = cancellation::plan(pen.order(), &self.release)?;
        match cancellation {
            // Only the request id is kept.
            Cancellation::Nothing => (),
            Cancellation::Withdraw => {
                pen.unblocked(FACTS.lane)?;
                match place_order::unsent(pen.unsettled()).cloned() {
                    Some(placement) => {
                        let reason = "withdrawn before it was sent".to_owned();
                        pen.record(EventData::PlacementAbandoned { reason });
                        pen.join(placement.group);
                        pen.withdraw(placement);
                    }
                    None => cancel(pen, release),
                }
            }
            Cancellation::AtMollie => {
                pen.unblocked(FACTS.lane)?;
                cancel(pen, release);
            }
        }
        Ok(Subject::Order)
    }
}

/// A cancellation under way also gives up the lines that this request names.
fn cancel(pen: &mut Pen<'_>, mut release: Vec<LineId>) {
    let under_way = under_way(pen.unsettled()).map(|operation| (operation.id, operation.group));
    let Some((operation_id, group)) = under_way else {
        let operation_id = pen.set_to_work(Task { cause: Cause::Request }, None);
        return pen.record(EventData::CancellationRecorded { operation_id, release, entries: Vec::new() });
    };
    pen.join(group);
    let is_named = |id: LineId| {
        let of_line = |one: &Release| one.line_id == id && one.operation_id == Some(operation_id);
        pen.order().releases.iter().any(of_line)
    };
    release.retain(|id| !is_named(*id));
    if !release.is_empty() {
        pen.record(EventData::CancellationRecorded { operation_id, release, entries: Vec::new() });
    }
}

/// The unsettled cancellation that was requested.
#[must_use]
pub fn under_way(unsettled: &[Operation]) -> Option<&Operation> {
    unsettled.iter().find(|operation| operation.task.name() == OperationKind::CancelOrder)
}

/// Cancels an order on behalf of a policy because it is past its age limit.
pub fn for_age(pen: &mut Pen<'_>) {
    let operation_id = pen.set_to_work(Task { cause: Cause::AgeLimit }, None);
    pen.record(EventData::CancellationRecorded { operation_id, release: Vec::new(), entries: Vec::new() });
}

const FACTS: Facts = Facts {
    name: OperationKind::CancelOrder,
    lane: Lane::Authorization,
    repeat: Repeat::Never,
    needs: Needs::Order,
    opens_checkout: false,
};

impl Kind for Task {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn subject(&self) -> Subject {
        Subject::Order
    }

    fn deadline(&self, _order: &Order, _age_limit: SignedDuration) -> Option<Timestamp> {
        None
    }

    /// If the order was never placed, there is nothing to cancel or to look up.
    fn ready(&self, book: Book<'_>, _now: Timestamp) -> Ready {
        if !book.order.placement.is_alive() {
            return Ready::Done;
        }
        match self.cause {
            // A policy has read the order when it decided, and no goods leave of one that is past its age limit.
            Cause::Request | Cause::AgeLimit => Ready::Send,
            // Nobody asked for it: what the shopper has authorized in the meantime, or goods that have left, must not be released.
            Cause::Superseded | Cause::Unpaid | Cause::Unshipped => Ready::LookFirst,
        }
    }

    fn command(&self, book: Book<'_>) -> Result<Command, String> {
        let mollie_id = book.order.mollie_id.clone().ok_or("the order has no id at Mollie")?;
        Ok(Command::CancelOrder { mollie_id })
    }

    fn seek(&self, order: &Order, _named: Option<&str>) -> Option<Sought> {
        order.mollie_id.clone().map(Sought::Order)
    }

    fn observe(&self, book: Book<'_>, seen: &[Snapshot], _sends: Sends) -> Observation {
        let Some(snapshot) = seen.first() else { return Observation::Absent };
        match recognise(book.order, snapshot) {
            Observation::Absent => self.spares(book.order, snapshot),
            observation @ (Observation::Found(_)
            | Observation::Unwanted(_)
            | Observation::Ambiguous(_)
            | Observation::NotUnderstood(_)) => observation,
        }
    }

    fn identify(&self, book: Book<'_>, seen: &[Snapshot], named: &str) -> Named {
        let Some(snapshot) = seen.first() else { return Named::Nothing };
        if snapshot.mollie_id.as_str() != named {
            return Named::Other(format!("the order to be canceled is {}", snapshot.mollie_id));
        }
        match recognise(book.order, snapshot) {
            Observation::Found(effect) => Named::Effect(effect),
            Observation::Absent | Observation::Unwanted(_) => {
                Named::Other("the order is not canceled".to_owned())
            }
            Observation::Ambiguous(difference) => Named::Other(difference),
            Observation::NotUnderstood(misread) => Named::NotUnderstood(misread),
        }
    }

    fn compare(&self, _of: &Operation, book: Book<'_>, seen: &[Snapshot]) -> Comparison {
        let canceled = |theirs: &LineSnapshot| {
            let line =
                book.order.lines.iter().find(|line| line.mollie_id.as_ref() == Some(&theirs.mollie_id))?;
            let part = theirs.canceled.filter(|part| part.quantity > 0)?;
            Some(Row::from(&ShipmentLine { line_id: line.id, part }))
        };
        let side = |theirs: &Snapshot| {
            let lines: Vec<_> = theirs.lines.iter().filter_map(canceled).collect();
            let text = if lines.is_empty() { "nothing of it is canceled" } else { "canceled of it" };
            Side { lines, text: text.to_owned(), ..Side::of_order(theirs) }
        };
        Comparison {
            ours: Side::of_text("cancel whatever was not shipped"),
            theirs: seen.iter().map(side).collect(),
        }
    }

    /// The rest of a completed order is canceled, as requested, whoever did it and whether before or after the send.
    fn explains(&self, _order: &Order, found: Difference<'_>, sent: bool) -> bool {
        match found {
            Difference::Units { pool: Pool::Canceled, status, .. } => {
                sent || status == Some(&Read::Known(OrderStatus::Completed))
            }
            // Whoever wanted it canceled does not want it placed anew.
            Difference::LeftOpen(_) => true,
            Difference::Units {
                pool:
                    Pool::Shipped | Pool::Refunded | Pool::PaymentRefunded | Pool::ChargedBack | Pool::NotLeaving,
                ..
            }
            | Difference::Shipment(_)
            | Difference::Tracking(_)
            | Difference::Refund(_)
            | Difference::RefundStatus(_)
            | Difference::NewLine(_)
            | Difference::LineValues(_) => false,
        }
    }

    /// Mollie may reject it because it has already happened.
    fn rejection(&self, _order: &Order, why: &Rejection) -> Meaning {
        #[cfg(feature = "planted")]
        if Planted::AlreadyCanceledIsRefused.is_chosen() {
            return Meaning::Final;
        }
        if why.names_another_profile() { Meaning::WrongKey } else { Meaning::LookFirst }
    }

    fn succeed(&self, of: &Operation, effect: &Acceptance, _seen: &[Snapshot], pen: &mut Pen<'_>) {
        let operation_id = of.id;
        match effect {
            Acceptance::Order(snapshot) => {
                // If the service may know more than this reading, the next reading sets status and counters together, unless the
                // status is already known.
                let is_told = pen.reads_latest() || has_status_of(pen.order(), snapshot);
                let entries = if is_told { canceled(pen.order(), snapshot) } else { Vec::new() };
                pen.record(EventData::CancellationSucceeded { operation_id, entries });
                pen.observe(snapshot);
            }
            Acceptance::Shipment(_)
            | Acceptance::Refund(_)
            | Acceptance::Payment(_)
            | Acceptance::Nothing => {
                pen.record(EventData::CancellationSucceeded { operation_id, entries: Vec::new() });
            }
        }
        look_again(pen);
    }

    fn fail(&self, of: &Operation, why: &Failure, seen: &[Snapshot], pen: &mut Pen<'_>) {
        if let Some(rejection) = why.rejection() {
            self.look_around(seen, pen);
            self.refused(of, &rejection, pen);
        }
        look_again(pen);
    }

    fn resume(&self, _pen: &mut Pen<'_>) {}
}

impl Task {
    /// A policy wanted the order canceled and Mollie keeps it. No caller will learn of it, so people are told.
    fn refused(self, of: &Operation, rejection: &Rejection, pen: &mut Pen<'_>) {
        let (operation_id, rejection) = (of.id, rejection.clone());
        pen.record(EventData::CancellationRefused {
            operation_id,
            rejection: rejection.clone(),
            entries: Vec::new(),
        });
        match (self.cause, pen.order().mollie_id.clone()) {
            (Cause::AgeLimit, Some(mollie_id)) => {
                pen.raise(concern::late_placement_stays(of.id, &mollie_id, &rejection));
            }
            (Cause::Unshipped, _) => unshipped::refused(pen, &rejection),
            (Cause::Unpaid, _) => unpaid::refused(pen, &rejection),
            (Cause::AgeLimit, None) | (Cause::Request | Cause::Superseded, _) => (),
        }
    }
}

/// The order is canceled, or it is completed and more of it is canceled than our records account for.
fn recognise(order: &Order, snapshot: &Snapshot) -> Observation {
    let status = match &snapshot.status {
        Some(Read::Known(status)) if snapshot.is_understood() => *status,
        Some(Read::Known(_) | Read::Unknown(_)) => {
            return Observation::NotUnderstood("it reports a status this release does not know".into());
        }
        None => return Observation::NotUnderstood(Misread::left_out("status")),
    };
    let found = || Observation::Found(Acceptance::Order(Box::new(snapshot.clone())));
    match status {
        OrderStatus::Canceled => found(),
        OrderStatus::Completed if has_more_canceled(order, snapshot) => found(),
        // For a completed order only the counters show whether the rest was canceled.
        OrderStatus::Completed => {
            snapshot.canceled_left_out().map_or(Observation::Absent, Observation::NotUnderstood)
        }
        OrderStatus::Created
        | OrderStatus::Pending
        | OrderStatus::Authorized
        | OrderStatus::Paid
        | OrderStatus::Shipping
        | OrderStatus::Expired => Observation::Absent,
    }
}

/// The canceled units that nothing else here accounts for: they are this operation's effect.
fn canceled(order: &Order, snapshot: &Snapshot) -> Vec<Entry> {
    ledger::ours(Pool::Canceled, Stage::Settled, &ledger::all_unexplained(order, snapshot, Pool::Canceled))
}

fn has_status_of(order: &Order, snapshot: &Snapshot) -> bool {
    order.facts.status.map(Read::Known) == snapshot.status
}

fn has_more_canceled(order: &Order, snapshot: &Snapshot) -> bool {
    !ledger::all_unexplained(order, snapshot, Pool::Canceled).is_empty()
}

/// The order's status changes as a result; its webhook may be lost.
fn look_again(pen: &mut Pen<'_>) {
    if pen.order().mollie_id.is_some() {
        pen.look_again(pen.now());
    }
}

#[cfg(test)]
mod tests;
