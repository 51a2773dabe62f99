//! Events of an order as a whole: its placing, what Mollie reports of it, its terms.

use domain::rules::event::{Before, OrderBefore, PaymentBefore};
use domain::rules::ids::MollieOrderId;
use domain::rules::money::Money;
use domain::rules::order::Order;
use domain::rules::order_update::NewTerms;
use domain::rules::payment::Payment;
use domain::rules::rejection::Rejection;
use domain::rules::snapshot::Observed;
use domain::rules::status::OrderStatus;

use super::lines;
use crate::convert::common::{amount, rejection};
use crate::convert::order::{order_status, payment_status, raw};
use crate::proto::order_event::Data;
use crate::proto::{self, AmountChange, OperationState, PlacementEvent};

pub fn recorded(order: &Order) -> Data {
    Data::Placement(PlacementEvent {
        placement: proto::Placement::Placing.into(),
        order_number: order.terms.order_number.clone(),
        amount: Some(amount(order.terms.amount)),
        lines: order.lines.iter().map(lines::recorded).collect(),
        ..PlacementEvent::default()
    })
}

pub fn refused(refused: &Rejection) -> Data {
    Data::Placement(PlacementEvent {
        placement: proto::Placement::Refused.into(),
        rejection: Some(rejection(refused)),
        ..PlacementEvent::default()
    })
}

pub fn abandoned(reason: &str) -> Data {
    Data::Placement(PlacementEvent {
        placement: proto::Placement::Abandoned.into(),
        reason: reason.to_owned(),
        ..PlacementEvent::default()
    })
}

/// `placed`: Mollie's id, if it was not known before.
pub fn observed(observed: &Observed, before: &Before, placed: Option<&MollieOrderId>) -> Data {
    let facts = &observed.facts;
    // Without this part nothing of it has changed.
    let as_it_is = || OrderBefore {
        status: facts.status,
        unknown_status: facts.unknown_status.clone(),
        amount: observed.amount,
        captured: facts.amount_captured,
        refunded: facts.amount_refunded,
    };
    let was = before.order.clone().unwrap_or_else(as_it_is);
    let status = |status: Option<OrderStatus>| status.map_or(proto::OrderStatus::Unspecified, order_status);
    let word =
        |unknown: Option<&String>, known: Option<OrderStatus>| raw(unknown, known.map(OrderStatus::as_str));
    Data::OrderStatus(Box::new(proto::OrderStatusEvent {
        status_before: status(was.status).into(),
        status_raw_before: word(was.unknown_status.as_ref(), was.status),
        status: status(facts.status).into(),
        status_raw: word(facts.unknown_status.as_ref(), facts.status),
        unexpected: observed.unexpected,
        amount: change(Some(was.amount), Some(observed.amount)),
        amount_captured: change(was.captured, facts.amount_captured),
        amount_refunded: change(was.refunded, facts.amount_refunded),
        lines: lines::changed(&observed.lines, &observed.gone, before),
        payments: observed.payments.iter().filter_map(|after| payment(after, before)).collect(),
        mollie_order_id: placed.map(ToString::to_string).unwrap_or_default(),
        open_lines: None,
    }))
}

/// A sum before and after; nothing if it is the same.
fn change(before: Option<Money>, after: Option<Money>) -> Option<AmountChange> {
    (before != after).then(|| AmountChange { before: before.map(amount), after: after.map(amount) })
}

/// What has changed of a payment; nothing if neither its status nor a sum has.
fn payment(after: &Payment, before: &Before) -> Option<proto::PaymentChange> {
    let change = payment_made(after, before);
    let sums =
        [&change.amount, &change.amount_captured, &change.amount_refunded, &change.amount_charged_back];
    let has_news = change.status_raw != change.status_raw_before || sums.iter().any(|sum| sum.is_some());
    has_news.then_some(change)
}

/// An authorization that has grown with the lines.
pub fn grown(was: &PaymentBefore, now: Money) -> proto::PaymentChange {
    let (status, status_raw) = payment_status(&was.status);
    proto::PaymentChange {
        mollie_payment_id: was.mollie_id.to_string(),
        status_before: status.into(),
        status_raw_before: status_raw.clone(),
        status: status.into(),
        status_raw,
        amount: change(Some(was.amount), Some(now)),
        ..proto::PaymentChange::default()
    }
}

/// A payment, with what has changed of it.
pub fn payment_made(after: &Payment, before: &Before) -> proto::PaymentChange {
    let was = before.payments.iter().find(|was| was.mollie_id == after.mollie_id);
    let (status_before, status_raw_before) = was.map(|was| payment_status(&was.status)).unwrap_or_default();
    let (status, status_raw) = payment_status(&after.status);
    let sum = |of: fn(&PaymentBefore) -> Option<Money>| was.and_then(of);
    proto::PaymentChange {
        mollie_payment_id: after.mollie_id.to_string(),
        status_before: status_before.into(),
        status_raw_before,
        status: status.into(),
        status_raw,
        amount: change(sum(|was| Some(was.amount)), Some(after.amount)),
        amount_captured: change(sum(|was| was.captured), after.amount_captured),
        amount_refunded: change(sum(|was| was.refunded), after.amount_refunded),
        amount_charged_back: change(sum(|was| was.charged_back), after.amount_charged_back),
    }
}

/// Terms that were asked for, or are at Mollie.
pub fn update(state: OperationState, terms: &NewTerms, before: &Before) -> Data {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let was = &before.terms;
    Data::OrderUpdate(proto::OrderUpdateEvent {
        state: state.into(),
        order_number_before: text(&was.order_number),
        order_number: text(&terms.order_number),
        redirect_url_before: text(&was.redirect_url),
        redirect_url: text(&terms.redirect_url),
        cancel_url_before: text(&was.cancel_url),
        cancel_url: text(&terms.cancel_url),
        rejection: None,
    })
}

pub fn update_refused(refused: &Rejection) -> Data {
    Data::OrderUpdate(proto::OrderUpdateEvent {
        state: OperationState::Rejected.into(),
        rejection: Some(rejection(refused)),
        ..proto::OrderUpdateEvent::default()
    })
}
