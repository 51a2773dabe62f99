//! An event as a message: what happened, and to what. For whole values callers read the order. What is told of each subject stands
//! beside this file; here is one arm for each event, so that each has its data.

use domain::rules::event::{Event, EventData};
use domain::rules::ids::OperationId;
use domain::rules::operation::OperationState as State;
use domain::rules::order::Order;
use domain::rules::policy_notice::PolicyNotice;
use domain::rules::returned::Return;
use domain::rules::shipment::ShipmentLine;
use domain::rules::subject::Subject;

use super::common::{amount, count, rejection, time};
use super::{cause, chargeback, continuation, deadline, item, line_change, operation, policy, returned};
use crate::proto::order_event::Data;
use crate::proto::{self, OperationState};

mod ledger;
mod lines;
mod named;
mod order;
mod refund;
mod shipment;

/// Whether an event shows something that only its order has.
pub fn needs_order(event: &Event) -> bool {
    !left_open(&event.data).is_empty()
}

/// The units that an order's end left open.
fn left_open(data: &EventData) -> &[ShipmentLine] {
    if let EventData::OrderPlaced { observed, .. } | EventData::OrderObserved { observed } = data {
        &observed.left_open
    } else {
        &[]
    }
}

/// The event. `order`: as it is now, where that is needed.
pub fn with_order(event: &Event, order: Option<&Order>) -> proto::OrderEvent {
    let left = left_open(&event.data);
    let open_lines = order.filter(|_| !left.is_empty()).map(|order| continuation::draft(order, left));
    let mut message = self::event(event);
    if let Some(Data::OrderStatus(told)) = &mut message.data {
        told.open_lines = open_lines;
    }
    message
}

fn event(event: &Event) -> proto::OrderEvent {
    let entries = event.data.entries();
    let Told { data, operation_id, actor, changed } = told(event);
    let moved = || named::lines(entries.iter().filter_map(|entry| entry.line_id));
    proto::OrderEvent {
        order_id: event.order_id.to_string(),
        sequence: i64::try_from(event.sequence).unwrap_or(i64::MAX),
        event_time: Some(time(event.time)),
        kind: event.data.kind().to_owned(),
        cause: Some(cause::cause(&event.cause)),
        actor: actor.or_else(|| event.actor.clone()).unwrap_or_default(),
        operation_id: operation_id.map(|id| id.to_string()).unwrap_or_default(),
        changed: changed.unwrap_or_else(moved),
        entries: ledger::entries(entries),
        data: Some(data),
    }
}

/// What an event tells.
struct Told {
    data: Data,
    operation_id: Option<OperationId>,
    /// Who decided, if that is not whoever it was written for.
    actor: Option<String>,
    /// What it names as changed; `None`: the lines whose units have moved.
    changed: Option<Vec<String>>,
}

impl From<Data> for Told {
    fn from(data: Data) -> Self {
        Self { data, operation_id: None, actor: None, changed: None }
    }
}

impl Told {
    /// Of an operation, if it has one.
    fn of(id: impl Into<Option<OperationId>>, data: Data) -> Self {
        Self { operation_id: id.into(), ..data.into() }
    }

    fn naming(self, changed: Vec<String>) -> Self {
        Self { changed: Some(changed), ..self }
    }
}

fn told(event: &Event) -> Told {
    let (before, entries) = (&event.before, event.data.entries());
    match &event.data {
        EventData::OrderRecorded { order, operation_id } => Told::of(*operation_id, order::recorded(order)),
        EventData::PlacementRefused { rejection } => order::refused(rejection).into(),
        EventData::PlacementAbandoned { reason } => order::abandoned(reason).into(),
        EventData::OrderPlaced { mollie_id, observed } => {
            Told::from(order::observed(observed, before, Some(mollie_id)))
                .naming(named::observed(observed, before))
        }
        EventData::OrderObserved { observed } => {
            Told::from(order::observed(observed, before, None)).naming(named::observed(observed, before))
        }
        EventData::ShipmentTooLate { shipment } => Told::from(shipment::new(shipment))
            .naming(named::lines(shipment.lines.iter().map(|line| line.line_id))),
        EventData::ShipmentRecorded { shipment, operation_id, .. } => {
            Told::of(*operation_id, shipment::new(shipment))
        }
        EventData::ShipmentObserved { shipment } => shipment::new(shipment).into(),
        EventData::ShipmentCarried { shipment_id, carried_by, operation_id, .. } => {
            Told::of(*operation_id, shipment::carried(*shipment_id, *carried_by))
        }
        EventData::ShipmentRegistered { shipment_id, operation_id, mollie_id, .. } => {
            Told::of(*operation_id, shipment::registered(*shipment_id, mollie_id, before))
        }
        EventData::ShipmentRefused { shipment_id, operation_id, rejection, elsewhere, .. } => {
            Told::of(*operation_id, shipment::refused(*shipment_id, rejection, elsewhere, before))
        }
        EventData::ShipmentUpdateRecorded { shipment_id, operation_id, tracking } => {
            Told::of(*operation_id, shipment::tracked(*shipment_id, Some(tracking), before))
        }
        EventData::ShipmentUpdated { shipment_id, operation_id, tracking } => {
            Told::of(*operation_id, shipment::tracked(*shipment_id, tracking.as_ref(), before))
        }
        EventData::ShipmentUpdateRefused { shipment_id, operation_id, rejection } => {
            Told::of(*operation_id, shipment::update_refused(*shipment_id, rejection))
        }
        EventData::ShipmentCaptured { shipment_id, capture } => {
            shipment::captured(*shipment_id, capture, before).into()
        }
        EventData::CancellationRecorded { operation_id, release, .. } => {
            let release_line_ids = release.iter().map(ToString::to_string).collect();
            let state = OperationState::Pending.into();
            let data = proto::CancellationEvent { state, release_line_ids, rejection: None };
            Told::of(*operation_id, Data::Cancellation(data))
        }
        EventData::CancellationSucceeded { operation_id, .. } => {
            let state = OperationState::Succeeded.into();
            let data = proto::CancellationEvent { state, ..proto::CancellationEvent::default() };
            Told::of(*operation_id, Data::Cancellation(data))
        }
        EventData::CancellationRefused { operation_id, rejection: refused, .. } => {
            let (state, rejection) = (OperationState::Rejected.into(), Some(rejection(refused)));
            let data = proto::CancellationEvent { state, rejection, release_line_ids: Vec::new() };
            Told::of(*operation_id, Data::Cancellation(data))
        }
        EventData::RefundRecorded { refund, operation_id, .. } => {
            Told::of(*operation_id, refund::new(refund))
        }
        EventData::RefundObserved { refund, .. } => refund::new(refund).into(),
        EventData::RefundRegistered { refund_id, operation_id, mollie_id, payment_id, status, .. } => {
            let data = refund::registered(*refund_id, mollie_id, payment_id.as_ref(), status, before);
            Told::of(*operation_id, data)
        }
        EventData::RefundRefused { refund_id, operation_id, rejection, .. } => {
            Told::of(*operation_id, refund::refused(*refund_id, rejection, before))
        }
        EventData::RefundWithdrawn { refund_id, operation_id, merged_into, .. } => {
            Told::of(*operation_id, refund::withdrawn(*refund_id, *merged_into, before))
        }
        EventData::RefundUpdated { refund_id, operation_id, status, .. } => {
            Told::of(*operation_id, refund::updated(*refund_id, status, before))
        }
        EventData::RefundCancelRecorded { refund_id, operation_id } => {
            Told::of(*operation_id, refund::canceling(*refund_id, None))
        }
        EventData::RefundCancelRefused { refund_id, operation_id, rejection } => {
            Told::of(*operation_id, refund::canceling(*refund_id, Some(rejection)))
        }
        EventData::ReturnRecorded { returned, .. } => of_return(returned),
        EventData::ChargebackObserved { payment_id, chargeback } => {
            let data = proto::ChargebackEvent {
                mollie_payment_id: payment_id.to_string(),
                chargeback: Some(chargeback::chargeback(chargeback)),
            };
            Told::from(Data::Chargeback(data)).naming(vec![format!("payments/{payment_id}")])
        }
        EventData::PaymentRecorded { operation_id, methods } => {
            let (state, methods) = (OperationState::Pending.into(), methods.clone());
            let data = proto::PaymentEvent { state, methods, ..proto::PaymentEvent::default() };
            Told::of(*operation_id, Data::Payment(Box::new(data)))
        }
        EventData::PaymentCreated { operation_id, payment } => {
            let (state, made) = (OperationState::Succeeded.into(), order::payment_made(payment, before));
            let data = proto::PaymentEvent { state, payment: Some(made), ..proto::PaymentEvent::default() };
            Told::of(*operation_id, Data::Payment(Box::new(data)))
                .naming(vec![format!("payments/{}", payment.mollie_id)])
        }
        EventData::PaymentRefused { operation_id, rejection: refused } => {
            let (state, rejection) = (OperationState::Rejected.into(), Some(rejection(refused)));
            let data = proto::PaymentEvent { state, rejection, ..proto::PaymentEvent::default() };
            Told::of(*operation_id, Data::Payment(Box::new(data)))
        }
        EventData::UpdateRecorded { operation_id, terms } => {
            Told::of(*operation_id, order::update(OperationState::Pending, terms, before))
                .naming(terms.names())
        }
        EventData::Updated { operation_id, terms } => {
            Told::of(*operation_id, order::update(OperationState::Succeeded, terms, before))
                .naming(terms.names())
        }
        EventData::UpdateRefused { operation_id, rejection } => {
            Told::of(*operation_id, order::update_refused(rejection))
        }
        EventData::LineChangeRecorded { change, .. } => {
            let (state, difference) = (OperationState::Pending.into(), Some(amount(change.difference)));
            let data = proto::LinesEvent { state, difference, ..proto::LinesEvent::default() };
            let changed = change.added.iter().chain(&change.updated).copied();
            Told::of(change.operation_id, Data::Lines(Box::new(data)))
                .naming(line_change::named(changed, entries))
        }
        EventData::LinesChanged { operation_id, lines, .. } => {
            let (state, told) = (OperationState::Succeeded.into(), lines::changed(lines, &[], before));
            let payment = before.grown.as_ref().map(|(was, now)| order::grown(was, *now));
            let data = proto::LinesEvent { state, lines: told, payment, ..proto::LinesEvent::default() };
            let changed = lines.iter().map(|line| line.id);
            Told::of(*operation_id, Data::Lines(Box::new(data))).naming(line_change::named(changed, entries))
        }
        EventData::LineChangeRefused { operation_id, rejection: refused, .. } => {
            let (state, rejection) = (OperationState::Rejected.into(), Some(rejection(refused)));
            let data = proto::LinesEvent { state, rejection, ..proto::LinesEvent::default() };
            Told::of(*operation_id, Data::Lines(Box::new(data)))
        }
        EventData::Superseded { by } | EventData::Replaced { by } | EventData::Reinstated { by } => {
            Data::Supersession(proto::SupersessionEvent { superseded_by: by.to_string() }).into()
        }
        EventData::NumberLost { number } => {
            let data = Data::Number(proto::NumberEvent { order_number: number.clone() });
            Told::from(data).naming(vec!["order_number".to_owned()])
        }
        EventData::AttentionNeeded { operation_id, subject, reason } => {
            of_operation(*operation_id, State::NeedsAttention, *subject, reason)
        }
        EventData::OperationRetried { operation_id, subject, reason } => {
            of_operation(*operation_id, State::Resolving, *subject, reason)
        }
        EventData::OperationResolved { operation_id, subject, outcome, reason } => {
            of_operation(*operation_id, *outcome, *subject, reason)
        }
        EventData::DeadlineTold { notice } => {
            Told::of(deadline::operation_id(&notice.subject), Data::Deadline(deadline::notice(notice)))
        }
        EventData::PolicyTold { notice } => {
            let told = Told::of(policy::operation_id(notice), policy::notice(notice));
            match &**notice {
                PolicyNotice::Unpaid { .. } => told,
                PolicyNotice::AutoShip { lines, .. } => told.naming(named::lines(lines.iter().copied())),
            }
        }
        EventData::ItemRaised { item: raised } => {
            let (item_number, item) = (count(raised.number), Some(item::item(raised)));
            let data = proto::ItemEvent { item_number, item, closed: None };
            Told::of(raised.operation_id, Data::Item(Box::new(data)))
        }
        EventData::ItemClosed { number, by, reason } => {
            let closed = proto::review_item::Closure {
                time: Some(time(event.time)),
                by: by.clone(),
                reason: reason.clone(),
            };
            let data = proto::ItemEvent { item_number: count(*number), item: None, closed: Some(closed) };
            Told { actor: Some(by.clone()), ..Data::Item(Box::new(data)).into() }
        }
    }
}

fn of_return(made: &Return) -> Told {
    let canceling = made.cancellation.as_ref().map(|it| it.operation_id);
    let data = proto::ReturnEvent {
        return_id: made.id.to_string(),
        refund_ids: made.refunds.iter().map(ToString::to_string).collect(),
        lines: made.lines.iter().map(returned::line).collect(),
    };
    Told::of(canceling, Data::LineReturn(data))
        .naming(named::lines(made.lines.iter().map(|line| line.line_id)))
}

fn of_operation(id: OperationId, state: State, subject: Subject, reason: &str) -> Told {
    let data = proto::OperationEvent {
        state: operation::state(state).into(),
        shipment_id: subject.shipment().map(|id| id.to_string()).unwrap_or_default(),
        refund_id: subject.refund().map(|id| id.to_string()).unwrap_or_default(),
        reason: reason.to_owned(),
    };
    Told::of(id, Data::Operation(data))
}

#[cfg(test)]
mod tests;
