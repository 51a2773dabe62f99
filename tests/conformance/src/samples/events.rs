//! Events of every kind.

use domain::rules::cause::{Cause, Unasked};
use domain::rules::deadline_notice::{Notice, NoticeSubject};
use domain::rules::event::{Event, EventData};
use domain::rules::ids::{
    Caller, LineId, MollieOrderId, MolliePaymentId, MollieRefundId, MollieShipmentId, OperationId, OrderId,
    RefundId, RequestId, ShipmentId,
};
use domain::rules::ledger::{Entry, Pool, Stage};
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::risk::{AtRisk, Reason};
use domain::rules::ship_by;
use domain::rules::shipment::{Capture, Origin};
use domain::rules::snapshot::Observed;
use domain::rules::status::{PaymentStatus, Read, RefundStatus};
use domain::rules::subject::Subject;

use super::before::before;
use super::policies::every_policy_event;
use super::work::lines;
use super::*;

pub fn observed() -> Box<Observed> {
    Box::new(Observed {
        facts: full_facts(),
        amount: euro("10.00"),
        lines: vec![full_line(1)],
        gone: vec![LineId::new(7)],
        entries: entries(),
        left_open: lines(),
        payments: vec![full_payment(Read::Known(PaymentStatus::Paid))],
        personal: vec!["billing_address.city".into()],
        status_changed: true,
        unread_changed: true,
        unexpected: true,
    })
}

/// An entry for each pool and stage.
fn entries() -> Vec<Entry> {
    let pools = Pool::ALL.iter().flat_map(|pool| Stage::ALL.iter().map(|stage| (*pool, *stage)));
    let lines = [Some(LineId::new(1)), None].into_iter().cycle();
    pools
        .zip([Origin::Here, Origin::Elsewhere].into_iter().cycle())
        .zip(lines)
        .map(|(((pool, stage), by), line_id)| Entry { line_id, pool, part: part(1, "5.00"), stage, by })
        .collect()
}

/// Every kind of event once.
pub fn every_event(order: &Order) -> Vec<EventData> {
    let operation_id = OperationId::new(uuid());
    let shipment_id = ShipmentId::new(uuid());
    let refund_id = RefundId::new(uuid());
    let refund = Box::new(full_refund(order, Read::Known(RefundStatus::Queued)));
    let subject = Subject::Shipment(shipment_id);
    let whole = Box::new(full_shipment(order));
    let mollie_id = MollieShipmentId::new("shp_1");
    let (reason, rejection) = ("too old".to_owned(), rejection());
    let placed = MollieOrderId::new("ord_1.rsa7lu");
    let mut events = vec![
        EventData::OrderRecorded { order: Box::new(order.impersonal()), operation_id },
        EventData::OrderPlaced { mollie_id: placed, observed: observed() },
        EventData::PlacementRefused { rejection: rejection.clone() },
        EventData::PlacementAbandoned { reason: reason.clone() },
        EventData::OrderObserved { observed: observed() },
        EventData::ShipmentRecorded {
            shipment: whole.clone(),
            operation_id: Some(operation_id),
            entries: entries(),
        },
        EventData::ShipmentCarried { shipment_id, carried_by: shipment_id, operation_id, entries: entries() },
        EventData::ShipmentTooLate { shipment: whole.clone() },
        EventData::ShipmentRegistered {
            shipment_id,
            operation_id,
            mollie_id,
            registered_time: at(7),
            entries: entries(),
        },
        EventData::ShipmentRefused {
            shipment_id,
            operation_id: Some(operation_id),
            entries: entries(),
            rejection: rejection.clone(),
            elsewhere: vec![MollieShipmentId::new("shp_2")],
        },
        EventData::ShipmentUpdateRecorded { shipment_id, operation_id, tracking: tracking() },
        EventData::ShipmentUpdated {
            shipment_id,
            operation_id: Some(operation_id),
            tracking: Some(tracking()),
        },
        EventData::ShipmentUpdated { shipment_id, operation_id: None, tracking: None },
        EventData::ShipmentUpdateRefused { shipment_id, operation_id, rejection: rejection.clone() },
        EventData::ShipmentCaptured { shipment_id, capture: capture() },
        EventData::ShipmentCaptured {
            shipment_id,
            capture: Capture { mollie_id: None, status: Read::Unknown("reversed".to_owned()), ..capture() },
        },
        EventData::ShipmentObserved { shipment: whole },
        EventData::ChargebackObserved {
            payment_id: MolliePaymentId::new("tr_7UhSN1zuXS"),
            chargeback: full_chargeback(),
        },
        EventData::CancellationRecorded { operation_id, release: vec![LineId::new(2)], entries: entries() },
        EventData::CancellationSucceeded { operation_id, entries: Vec::new() },
        EventData::CancellationSucceeded { operation_id, entries: entries() },
        EventData::CancellationRefused { operation_id, rejection: rejection.clone(), entries: entries() },
        EventData::RefundRecorded { refund: refund.clone(), operation_id, entries: entries() },
        EventData::RefundRegistered {
            refund_id,
            operation_id,
            mollie_id: MollieRefundId::new("re_1"),
            payment_id: Some(MolliePaymentId::new("tr_1")),
            status: Read::Known(RefundStatus::Pending),
            registered_time: at(7),
            entries: entries(),
        },
        EventData::RefundRefused {
            refund_id,
            operation_id,
            rejection: rejection.clone(),
            entries: entries(),
        },
        EventData::RefundWithdrawn { refund_id, operation_id, merged_into: None, entries: entries() },
        EventData::RefundWithdrawn {
            refund_id,
            operation_id,
            merged_into: Some(RefundId::new(uuid())),
            entries: entries(),
        },
        EventData::RefundUpdated {
            refund_id,
            operation_id: Some(operation_id),
            status: Read::Unknown("reversed".into()),
            entries: entries(),
        },
        EventData::RefundUpdated {
            refund_id,
            operation_id: None,
            status: Read::Known(RefundStatus::Failed),
            entries: Vec::new(),
        },
        EventData::RefundObserved { refund, entries: entries() },
        EventData::ReturnRecorded { returned: Box::new(full_return()), entries: entries() },
        EventData::UpdateRecorded { operation_id, terms: full_terms() },
        EventData::Updated { operation_id, terms: full_terms() },
        EventData::UpdateRefused { operation_id, rejection: rejection.clone() },
        EventData::Superseded { by: OrderId::new(uuid()) },
        EventData::Replaced { by: OrderId::new(uuid()) },
        EventData::Reinstated { by: OrderId::new(uuid()) },
        EventData::NumberLost { number: "1338".to_owned() },
        EventData::LineChangeRecorded { change: Box::new(line_changing()), entries: entries() },
        EventData::LinesChanged { operation_id, lines: vec![full_line(1), bare_line(7)], entries: entries() },
        EventData::LinesChanged { operation_id, lines: Vec::new(), entries: Vec::new() },
        EventData::LineChangeRefused { operation_id, rejection: rejection.clone(), entries: entries() },
        EventData::PaymentRecorded { operation_id, methods: vec!["ideal".to_owned()] },
        EventData::PaymentCreated {
            operation_id,
            payment: Box::new(full_payment(Read::Known(PaymentStatus::Open))),
        },
        EventData::PaymentRefused { operation_id, rejection: rejection.clone() },
        EventData::RefundCancelRecorded { refund_id, operation_id },
        EventData::RefundCancelRefused { refund_id, operation_id, rejection },
        EventData::AttentionNeeded { operation_id, subject: Subject::Order, reason: reason.clone() },
        EventData::AttentionNeeded {
            operation_id,
            subject: Subject::Refund(refund_id),
            reason: reason.clone(),
        },
        EventData::OperationRetried { operation_id, subject, reason: reason.clone() },
        EventData::OperationResolved {
            operation_id,
            subject,
            outcome: OperationState::Succeeded,
            reason: reason.clone(),
        },
        EventData::ItemRaised { item: full_item(1) },
        told(NoticeSubject::Warning { before: SignedDuration::from_hours(24) }),
        told(NoticeSubject::Loss),
        told(NoticeSubject::Blocked { operation_id }),
        told(NoticeSubject::Cancels { operation_id }),
        told(NoticeSubject::WouldCancel),
        told(NoticeSubject::LeftToPeople { reasons: vec!["an item is open".into()] }),
        told(NoticeSubject::Waits { until: micros(7, 7) }),
        EventData::ItemClosed { number: 1, by: "jane".into(), reason },
    ];
    events.extend(every_policy_event());
    events
}

fn told(subject: NoticeSubject) -> EventData {
    let parts = vec![(Reason::Rejected, euro("1.00")), (Reason::NotShipped, euro("2.50"))];
    let at_risk = AtRisk::new(parts, euro("0.00").currency());
    let cause = (subject != NoticeSubject::Loss).then_some(ship_by::Cause::OrderExpires);
    EventData::DeadlineTold { notice: Box::new(Notice { ship_by: micros(9, 1), cause, subject, at_risk }) }
}

/// Every cause, one after the other.
fn cause(sequence: u64) -> Cause {
    let request =
        Cause::Request { caller: Caller::new("shop"), request_id: RequestId::new("a \"quoted\" id") };
    let operation = Cause::Operation(OperationId::new(Uuid::from_u128(7)));
    let unasked = Unasked::ALL.map(Cause::Unasked);
    let causes =
        [request, Cause::Hook, Cause::LookUp, Cause::Asked, Cause::Operator, Cause::Timer, operation];
    let turn = usize::try_from(sequence - 1).unwrap();
    causes.into_iter().chain(unasked).cycle().nth(turn).unwrap()
}

pub fn event(order: &Order, sequence: u64, data: EventData) -> Event {
    Event {
        order_id: order.id,
        sequence,
        time: at(i64::try_from(sequence).unwrap()),
        data,
        before: before(sequence),
        cause: cause(sequence),
        actor: sequence.is_multiple_of(2).then(|| "jane".to_owned()),
    }
}
