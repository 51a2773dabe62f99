//! An event as a message: what happened, and to what. For whole values callers read the order.

use std::collections::BTreeSet;

use domain::rules::event::{Event, EventData};
use domain::rules::ids::{LineId, OperationId, ShipmentId};
use domain::rules::order::Order;
use domain::rules::returned::Return;
use domain::rules::shipment::ShipmentLine;
use domain::rules::snapshot::Observed;
use domain::rules::subject::Subject;

use super::common::{count, rejection, time};
use super::order::{order_status, raw};
use super::{cause, chargeback, continuation, deadline, item, line_change, operation, shipment};
use crate::proto;

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
    proto::OrderEvent { open_lines, ..self::event(event) }
}

fn event(event: &Event) -> proto::OrderEvent {
    let base = proto::OrderEvent {
        order_id: event.order_id.to_string(),
        sequence: i64::try_from(event.sequence).unwrap_or(i64::MAX),
        event_time: Some(time(event.time)),
        kind: event.data.kind().to_owned(),
        actor: event.actor.clone().unwrap_or_default(),
        cause: Some(cause::cause(&event.cause)),
        changed: lines(event.data.entries().iter().filter_map(|entry| entry.line_id)).collect(),
        ..proto::OrderEvent::default()
    };
    match &event.data {
        EventData::DeadlineTold { notice } => proto::OrderEvent {
            operation_id: deadline::operation_id(&notice.subject),
            deadline: Some(deadline::notice(notice)),
            ..base
        },
        EventData::OrderRecorded { operation_id, .. }
        | EventData::PaymentRecorded { operation_id, .. }
        | EventData::CancellationSucceeded { operation_id, .. } => {
            proto::OrderEvent { operation_id: operation_id.to_string(), ..base }
        }
        EventData::OrderPlaced { observed, .. } | EventData::OrderObserved { observed } => {
            with_observed(base, observed)
        }
        EventData::PlacementRefused { rejection: refused } => {
            proto::OrderEvent { rejection: Some(rejection(refused)), ..base }
        }
        EventData::PlacementAbandoned { reason } => proto::OrderEvent { reason: reason.clone(), ..base },
        EventData::ShipmentTooLate { shipment } => {
            let changed = lines(shipment.lines.iter().map(|line| line.line_id)).collect();
            proto::OrderEvent { shipment_id: shipment.id.to_string(), changed, ..base }
        }
        EventData::ShipmentRecorded { shipment, operation_id, .. } => {
            of_shipment(base, *operation_id, shipment.id)
        }
        EventData::ShipmentCarried { shipment_id, carried_by, operation_id, .. } => proto::OrderEvent {
            carried_by_shipment_id: carried_by.to_string(),
            ..of_shipment(base, Some(*operation_id), *shipment_id)
        },
        EventData::ShipmentRegistered { shipment_id, operation_id, .. } => {
            of_operation(base, *operation_id, Subject::Shipment(*shipment_id))
        }
        EventData::CancellationRecorded { operation_id, release, .. } => proto::OrderEvent {
            operation_id: operation_id.to_string(),
            release_line_ids: release.iter().map(ToString::to_string).collect(),
            ..base
        },
        EventData::ShipmentRefused { shipment_id, operation_id, rejection: refused, elsewhere, .. } => {
            proto::OrderEvent {
                rejection: Some(rejection(refused)),
                elsewhere_mollie_shipment_ids: elsewhere.iter().map(ToString::to_string).collect(),
                ..of_shipment(base, *operation_id, *shipment_id)
            }
        }
        EventData::ShipmentUpdateRecorded { shipment_id, operation_id, tracking } => proto::OrderEvent {
            tracking: Some(shipment::tracking(tracking)),
            ..of_operation(base, *operation_id, Subject::Shipment(*shipment_id))
        },
        EventData::ShipmentUpdated { shipment_id, operation_id, tracking } => proto::OrderEvent {
            shipment_id: shipment_id.to_string(),
            operation_id: operation_id.map(|id| id.to_string()).unwrap_or_default(),
            tracking: tracking.as_ref().map(shipment::tracking),
            ..base
        },
        EventData::ShipmentUpdateRefused { shipment_id, operation_id, rejection: refused } => {
            proto::OrderEvent {
                rejection: Some(rejection(refused)),
                ..of_operation(base, *operation_id, Subject::Shipment(*shipment_id))
            }
        }
        EventData::ShipmentCaptured { shipment_id, capture } => proto::OrderEvent {
            shipment_id: shipment_id.to_string(),
            capture: Some(shipment::capture(capture)),
            ..base
        },
        EventData::ShipmentObserved { shipment } => {
            proto::OrderEvent { shipment_id: shipment.id.to_string(), ..base }
        }
        EventData::CancellationRefused { operation_id, rejection: refused, .. }
        | EventData::PaymentRefused { operation_id, rejection: refused }
        | EventData::LineChangeRefused { operation_id, rejection: refused, .. }
        | EventData::UpdateRefused { operation_id, rejection: refused } => proto::OrderEvent {
            operation_id: operation_id.to_string(),
            rejection: Some(rejection(refused)),
            ..base
        },
        EventData::UpdateRecorded { operation_id, terms } | EventData::Updated { operation_id, terms } => {
            proto::OrderEvent { operation_id: operation_id.to_string(), changed: terms.names(), ..base }
        }
        EventData::LineChangeRecorded { change, entries } => proto::OrderEvent {
            operation_id: change.operation_id.to_string(),
            changed: line_change::named(change.added.iter().chain(&change.updated).copied(), entries),
            ..base
        },
        EventData::LinesChanged { operation_id, lines, entries } => proto::OrderEvent {
            operation_id: operation_id.to_string(),
            changed: line_change::named(lines.iter().map(|line| line.id), entries),
            ..base
        },
        EventData::Superseded { by } | EventData::Replaced { by } | EventData::Reinstated { by } => {
            proto::OrderEvent { superseded_by: by.to_string(), ..base }
        }
        EventData::NumberLost { .. } => {
            proto::OrderEvent { changed: vec!["order_number".to_owned()], ..base }
        }
        EventData::ChargebackObserved { payment_id, chargeback } => proto::OrderEvent {
            changed: vec![format!("payments/{payment_id}")],
            mollie_payment_id: payment_id.to_string(),
            chargeback: Some(chargeback::chargeback(chargeback)),
            ..base
        },
        EventData::PaymentCreated { operation_id, payment } => proto::OrderEvent {
            operation_id: operation_id.to_string(),
            changed: vec![format!("payments/{}", payment.mollie_id)],
            ..base
        },
        EventData::ReturnRecorded { returned, .. } => of_return(base, returned),
        EventData::RefundRecorded { refund, operation_id, .. } => {
            of_operation(base, *operation_id, Subject::Refund(refund.id))
        }
        EventData::RefundWithdrawn { refund_id, operation_id, merged_into, .. } => proto::OrderEvent {
            merged_into_refund_id: merged_into.map(|id| id.to_string()).unwrap_or_default(),
            ..of_operation(base, *operation_id, Subject::Refund(*refund_id))
        },
        EventData::RefundRegistered { refund_id, operation_id, .. }
        | EventData::RefundCancelRecorded { refund_id, operation_id } => {
            of_operation(base, *operation_id, Subject::Refund(*refund_id))
        }
        EventData::RefundRefused { refund_id, operation_id, rejection: refused, .. }
        | EventData::RefundCancelRefused { refund_id, operation_id, rejection: refused } => {
            proto::OrderEvent {
                rejection: Some(rejection(refused)),
                ..of_operation(base, *operation_id, Subject::Refund(*refund_id))
            }
        }
        EventData::RefundUpdated { refund_id, operation_id, .. } => proto::OrderEvent {
            refund_id: refund_id.to_string(),
            operation_id: operation_id.map(|id| id.to_string()).unwrap_or_default(),
            ..base
        },
        EventData::RefundObserved { refund, .. } => {
            proto::OrderEvent { refund_id: refund.id.to_string(), ..base }
        }
        EventData::AttentionNeeded { operation_id, subject, reason }
        | EventData::OperationRetried { operation_id, subject, reason } => {
            proto::OrderEvent { reason: reason.clone(), ..of_operation(base, *operation_id, *subject) }
        }
        EventData::OperationResolved { operation_id, subject, outcome, reason } => proto::OrderEvent {
            operation_outcome: operation::state(*outcome).into(),
            reason: reason.clone(),
            ..of_operation(base, *operation_id, *subject)
        },
        EventData::ItemRaised { item: raised } => proto::OrderEvent {
            operation_id: raised.operation_id.map(|id| id.to_string()).unwrap_or_default(),
            item_number: count(raised.number),
            item: Some(item::item(raised)),
            ..base
        },
        EventData::ItemClosed { number, by, reason } => proto::OrderEvent {
            actor: by.clone(),
            reason: reason.clone(),
            item_number: count(*number),
            ..base
        },
    }
}

/// An event about an operation and its subject.
fn of_operation(base: proto::OrderEvent, operation: OperationId, subject: Subject) -> proto::OrderEvent {
    proto::OrderEvent {
        operation_id: operation.to_string(),
        shipment_id: subject.shipment().map(|id| id.to_string()).unwrap_or_default(),
        refund_id: subject.refund().map(|id| id.to_string()).unwrap_or_default(),
        ..base
    }
}

/// About a shipment; one that is held has no operation.
fn of_return(event: proto::OrderEvent, returned: &Return) -> proto::OrderEvent {
    let canceling = returned.cancellation.as_ref().map(|it| it.operation_id.to_string());
    proto::OrderEvent {
        return_id: returned.id.to_string(),
        operation_id: canceling.unwrap_or_default(),
        refund_id: returned.refunds.first().map(ToString::to_string).unwrap_or_default(),
        changed: lines(returned.lines.iter().map(|line| line.line_id)).collect(),
        ..event
    }
}

fn of_shipment(base: proto::OrderEvent, operation: Option<OperationId>, id: ShipmentId) -> proto::OrderEvent {
    let operation_id = operation.map(|id| id.to_string()).unwrap_or_default();
    proto::OrderEvent { operation_id, shipment_id: id.to_string(), ..base }
}

/// Each line once, by its path.
fn lines(ids: impl Iterator<Item = LineId>) -> impl Iterator<Item = String> {
    ids.collect::<BTreeSet<_>>().into_iter().map(|id| format!("lines/{id}"))
}

fn with_observed(base: proto::OrderEvent, observed: &Observed) -> proto::OrderEvent {
    let status = observed.status_changed.then(|| "status".to_owned());
    let described = observed.lines.iter().map(|line| line.id);
    let counted = observed.entries.iter().filter_map(|entry| entry.line_id);
    let unseen = observed.facts.found_lines.iter().filter(|found| found.unseen_since.is_some());
    let absent = unseen.map(|found| found.line_id).chain(observed.gone.iter().copied());
    let lines = lines(described.chain(counted).chain(absent));
    let payments = observed.payments.iter().map(|payment| format!("payments/{}", payment.mollie_id));
    let unread = observed.unread_changed.then(|| "unread_fields".to_owned());
    let changed = status.into_iter().chain(lines).chain(payments).chain(observed.personal.iter().cloned());
    let facts = &observed.facts;
    proto::OrderEvent {
        status: facts.status.map_or(proto::OrderStatus::Unspecified, order_status).into(),
        status_raw: raw(
            facts.unknown_status.as_ref(),
            facts.status.map(domain::rules::status::OrderStatus::as_str),
        ),
        changed: changed.chain(unread).collect(),
        unexpected: observed.unexpected,
        ..base
    }
}

#[cfg(test)]
mod tests {
    use domain::rules::cause::Cause;
    use domain::rules::ids::{MollieShipmentId, OrderId, ShipmentId};
    use domain::rules::ledger::{Entry, Pool, Stage};
    use domain::rules::money::Money;
    use domain::rules::order::Facts;
    use domain::rules::part::Part;
    use domain::rules::shipment::Origin;
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn entry(line: u32, pool: Pool) -> Entry {
        let part = Part { quantity: 1, amount: Money::parse("EUR", "10.00").unwrap() };
        Entry { line_id: Some(LineId::new(line)), pool, part, stage: Stage::Settled, by: Origin::Elsewhere }
    }

    /// The event may report no other change of that line.
    #[test]
    fn a_line_whose_units_moved_has_changed() {
        let observed = Observed {
            facts: Facts::default(),
            amount: Money::parse("EUR", "10.00").unwrap(),
            lines: Vec::new(),
            gone: vec![LineId::new(4)],
            left_open: Vec::new(),
            entries: vec![entry(2, Pool::Refunded), entry(1, Pool::Canceled), entry(2, Pool::Shipped)],
            payments: Vec::new(),
            personal: Vec::new(),
            status_changed: false,
            unread_changed: false,
            unexpected: false,
        };
        let reported = with_observed(proto::OrderEvent::default(), &observed);
        assert_eq!(reported.changed, ["lines/1", "lines/2", "lines/4"], "it left the order");
    }
    /// A reader of the events finds a shipment's units, its operation, and any operator decision about it, by either id.
    #[test]
    fn events_of_a_shipment_name_its_operation_and_its_lines() {
        let (shipment_id, operation_id) =
            (ShipmentId::new(Uuid::from_u128(7)), OperationId::new(Uuid::from_u128(8)));
        let reported = |data| {
            let order_id = OrderId::new(Uuid::from_u128(6));
            event(&Event {
                order_id,
                sequence: 2,
                time: Timestamp::UNIX_EPOCH,
                data,
                cause: Cause::Operation(operation_id),
                actor: None,
            })
        };
        let registered = reported(EventData::ShipmentRegistered {
            shipment_id,
            operation_id,
            mollie_id: MollieShipmentId::new("shp_1"),
            registered_time: Timestamp::UNIX_EPOCH,
            entries: vec![entry(2, Pool::Shipped), entry(1, Pool::Shipped)],
        });
        assert_eq!(registered.changed, ["lines/1", "lines/2"]);
        let subject = Subject::Shipment(shipment_id);
        let waits = reported(EventData::AttentionNeeded { operation_id, subject, reason: "why".to_owned() });
        for event in [registered, waits] {
            let ids = (event.shipment_id, event.operation_id);
            assert_eq!(ids, (shipment_id.to_string(), operation_id.to_string()));
        }
    }
}
