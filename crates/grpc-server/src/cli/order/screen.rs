//! One order on one screen: money, lines, payments, parcels, refunds, what is under way, what needs a person, and all that happened.

use std::fmt::Write;

use super::Whole;
use crate::cli::event_line::details;
use crate::cli::words::{money, plain, time};
use crate::proto::{Operation, Order, OrderEvent, OrderLine, Payment, Refund, ReviewItem, Shipment};

pub fn screen(whole: &Whole) -> String {
    let Whole { order, shipments, refunds, events } = whole;
    let mut text = head(order);
    section(&mut text, "Lines", &order.lines, line);
    section(&mut text, "Payments", &order.payments, payment);
    section(&mut text, "Shipments", shipments, shipment);
    section(&mut text, "Refunds", refunds, refund);
    section(&mut text, "Under way", &order.operations, operation);
    section(&mut text, "Items", &order.items, item);
    section(&mut text, "Timeline", events, event);
    text
}

fn section<T>(text: &mut String, name: &str, parts: &[T], part: impl Fn(&T) -> String) {
    if parts.is_empty() {
        return;
    }
    // Writing to a String does not fail.
    let _ = writeln!(text, "\n{name}");
    for one in parts {
        let _ = writeln!(text, "  {}", part(one).trim_end());
    }
}

/// What is said of something, without what there is not.
fn said(parts: &[String]) -> String {
    parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(", ")
}

/// A name and a value; nothing if there is no value.
fn named(name: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("{name} {}", plain(value)) }
}

/// The name of an enum's value without what all of them begin with.
fn word(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix).to_owned()
}

fn head(order: &Order) -> String {
    let status = match order.status_raw.as_str() {
        "" => word(order.placement().as_str_name(), "PLACEMENT_"),
        status => plain(status),
    };
    let rejection = order.rejection.as_ref().map(|rejection| plain(&rejection.detail)).unwrap_or_default();
    let first = said(&[
        format!("Order {} ({})", plain(&order.order_number), plain(&order.id)),
        named("profile", &order.profile),
        word(order.mode().as_str_name(), "MODE_").to_lowercase(),
    ]);
    let second = said(&[
        status,
        named("at Mollie", &order.mollie_order_id),
        plain(&order.method),
        named("created", &time(order.created_time.as_ref())),
        named("expires", &time(order.expires_time.as_ref())),
        named("ship by", &time(order.ship_by_time.as_ref())),
        named("closed", &time(order.closed_time.as_ref())),
        rejection,
    ]);
    let third = said(&[
        money(order.amount.as_ref()),
        named("captured", &money(order.amount_captured.as_ref())),
        named("to capture", &to_capture(order)),
        named("refunded", &money(order.amount_refunded.as_ref())),
    ]);
    let links = said(&[
        named("replaces", &order.supersedes),
        named("replaced by", &order.superseded_by),
        named("continues", &order.continues),
    ]);
    let lines = [second, third, links];
    let lines = lines.iter().filter(|line| !line.is_empty()).map(|line| format!("  {line}\n"));
    format!("{first}\n{}", lines.collect::<String>())
}

/// What its shipments may still capture, where that ends some time.
fn to_capture(order: &Order) -> String {
    order.ship_by_time.map(|_| money(order.amount_to_capture.as_ref())).unwrap_or_default()
}

fn line(line: &OrderLine) -> String {
    let moved = |name: &str, units: i64| if units == 0 { String::new() } else { format!("{name} {units}") };
    let told = said(&[
        word(line.status().as_str_name(), "ORDER_LINE_STATUS_"),
        moved("shipped", line.quantity_shipped),
        moved("canceled", line.quantity_canceled),
        moved("refunded", line.quantity_refunded),
    ]);
    let (id, total) = (plain(&line.id), money(line.total_amount.as_ref()));
    format!("{id:>3}  {:>4} × {}  {total}  {told}", line.quantity, plain(&line.name))
}

fn payment(payment: &Payment) -> String {
    let status = payment.status().as_str_name();
    said(&[
        format!("{}  {}", plain(&payment.mollie_payment_id), plain(&payment.method)),
        word(status, "PAYMENT_STATUS_"),
        money(payment.amount.as_ref()),
        named("captured", &money(payment.amount_captured.as_ref())),
        named("refunded", &money(payment.amount_refunded.as_ref())),
        named("charged back", &money(payment.amount_charged_back.as_ref())),
    ])
}

fn shipment(shipment: &Shipment) -> String {
    let units =
        shipment.lines.iter().map(|line| format!("{} of line {}", line.quantity, plain(&line.line_id)));
    let tracking = shipment.tracking.as_ref().map(|it| format!("{} {}", plain(&it.carrier), plain(&it.code)));
    said(&[
        format!("{}  {}", time(shipment.created_time.as_ref()), plain(&shipment.id)),
        word(shipment.state().as_str_name(), "SHIPMENT_STATE_"),
        plain(&shipment.mollie_shipment_id),
        if shipment.made_elsewhere { "made elsewhere".to_owned() } else { String::new() },
        units.collect::<Vec<_>>().join(", "),
        tracking.unwrap_or_default(),
        plain(&shipment.held_reason),
        shipment.rejection.as_ref().map(|rejection| plain(&rejection.detail)).unwrap_or_default(),
    ])
}

fn refund(refund: &Refund) -> String {
    said(&[
        format!("{}  {}", time(refund.created_time.as_ref()), plain(&refund.id)),
        word(refund.state().as_str_name(), "REFUND_STATE_"),
        plain(&refund.status_raw),
        money(refund.amount.as_ref()),
        plain(&refund.mollie_refund_id),
        if refund.made_elsewhere { "made elsewhere".to_owned() } else { String::new() },
        plain(&refund.description),
        refund.rejection.as_ref().map(|rejection| plain(&rejection.detail)).unwrap_or_default(),
    ])
}

fn operation(operation: &Operation) -> String {
    let attempts = operation.attempts;
    said(&[
        format!("{}  {}", time(operation.created_time.as_ref()), plain(&operation.id)),
        word(operation.kind().as_str_name(), "OPERATION_KIND_"),
        word(operation.state().as_str_name(), "OPERATION_STATE_"),
        if attempts == 0 { String::new() } else { format!("unknown outcomes: {attempts}") },
        named("by", &operation.actor),
        plain(&operation.last_problem),
    ])
}

fn item(item: &ReviewItem) -> String {
    let kind = word(item.kind().as_str_name(), "REVIEW_ITEM_KIND_");
    let closed = item
        .closed
        .as_ref()
        .map(|closed| format!("closed by {}: {}", plain(&closed.by), plain(&closed.reason)));
    let (number, raised) = (item.number, time(item.raised_time.as_ref()));
    let state = closed.unwrap_or_else(|| "OPEN".to_owned());
    format!("{number:>3}  {raised}  {kind}, {state}: {}", plain(&item.text))
}

fn event(event: &OrderEvent) -> String {
    let (time, kind) = (time(event.event_time.as_ref()), plain(&event.kind));
    format!("{:>3}  {time}  {kind:<28}  {}", event.sequence, details(event))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{Amount, OperationKind, OperationState, OrderLineStatus, ReviewItemKind};

    fn amount(value: &str) -> Option<Amount> {
        Some(Amount { currency: "EUR".to_owned(), value: value.to_owned() })
    }

    #[test]
    fn one_screen_has_lines_money_what_is_open_and_what_happened() {
        let line = OrderLine {
            id: "1".to_owned(),
            name: "LEGO\u{7}".to_owned(),
            quantity: 2,
            quantity_shipped: 1,
            total_amount: amount("698.00"),
            status: OrderLineStatus::Shipping.into(),
            ..OrderLine::default()
        };
        let operation = Operation {
            id: "op".to_owned(),
            kind: OperationKind::CancelOrder.into(),
            state: OperationState::NeedsAttention.into(),
            last_problem: "unknown".to_owned(),
            ..Operation::default()
        };
        let item = ReviewItem {
            number: 1,
            kind: ReviewItemKind::CaptureLost.into(),
            text: "Look.".to_owned(),
            ..Default::default()
        };
        let order = Order {
            id: "id".to_owned(),
            order_number: "1337".to_owned(),
            status_raw: "shipping".to_owned(),
            amount: amount("698.00"),
            amount_captured: amount("299.00"),
            lines: vec![line],
            operations: vec![operation],
            items: vec![item],
            ..Order::default()
        };
        let event = OrderEvent {
            sequence: 1,
            kind: "order.recorded".to_owned(),
            actor: "jane".to_owned(),
            ..Default::default()
        };
        let shown = screen(&Whole { order, shipments: Vec::new(), refunds: Vec::new(), events: vec![event] });
        for part in [
            "Order 1337 (id)",
            "\n  698.00 EUR, captured 299.00 EUR\n",
            "\nLines\n    1     2 × LEGO   698.00 EUR  SHIPPING, shipped 1\n",
            "CANCEL_ORDER, NEEDS_ATTENTION, unknown\n",
            "CAPTURE_LOST, OPEN: Look.\n",
            "\nTimeline\n    1    order.recorded                by jane\n",
        ] {
            assert!(shown.contains(part), "{part:?} in\n{shown}");
        }
        assert!(!shown.contains("Refunds") && !shown.contains('\u{7}'), "{shown}");
    }
}
