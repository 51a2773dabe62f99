//! What changes of lines leave behind.

use super::*;
use crate::rules::cause::{Cause, Grounds};
use crate::rules::concern::{surplus_payments, underpaid};
use crate::rules::ledger::Pool;
use crate::rules::order::{LineChanging, Release};
use crate::rules::snapshot::Snapshot;
use crate::rules::{capture, deduction};

fn operation() -> OperationId {
    OperationId::new(Uuid::from_u128(9))
}

/// One unit of the first line, or of the second.
fn part(line: u32) -> ShipmentLine {
    let amount = euro(if line == 1 { "349.00" } else { "329.99" });
    ShipmentLine { line_id: LineId::new(line), part: Part { quantity: 1, amount } }
}

fn see(recorder: &mut Recorder, status: OrderStatus, line: LineStatus) {
    let mut seen = snapshot(status, line);
    for (theirs, ours) in seen.lines.iter_mut().zip(&recorder.order().lines) {
        theirs.canceled = Some(ours.canceled);
    }
    let observed = Box::new(observed(recorder.order(), &seen));
    recorder.record(EventData::OrderObserved { observed });
}

fn cancel(recorder: &mut Recorder, line: u32) {
    let entries = ledger::ours(Pool::Canceled, Stage::Settled, &[part(line)]);
    recorder.record(EventData::LinesChanged { operation_id: operation(), lines: Vec::new(), entries });
}

/// No payment is for what was canceled before it; and once an authorization has lapsed, the next one is for what is left.
#[test]
fn what_is_canceled_counts_as_unpaid_as_long_as_nothing_is_authorized() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    cancel(&mut recorder, 1);
    assert_eq!(recorder.order().canceled_unpaid, euro("349.00"));
    see(&mut recorder, OrderStatus::Authorized, LineStatus::Authorized);
    cancel(&mut recorder, 2);
    assert_eq!(recorder.order().canceled_unpaid, euro("349.00"), "the other one was authorized");
    see(&mut recorder, OrderStatus::Created, LineStatus::Created);
    assert_eq!(recorder.order().canceled_unpaid, euro("678.99"));
}

fn authorize(recorder: &mut Recorder, amount: &str) {
    see(recorder, OrderStatus::Authorized, LineStatus::Authorized);
    let mut seen = snapshot(OrderStatus::Authorized, LineStatus::Authorized);
    for (theirs, ours) in seen.lines.iter_mut().zip(&recorder.order().lines) {
        theirs.canceled = Some(ours.canceled);
    }
    seen.payments = Some(vec![fixtures::payment("tr_1", euro(amount), PaymentStatus::Authorized)]);
    let observed = Box::new(observed(recorder.order(), &seen));
    recorder.record(EventData::OrderObserved { observed });
}

/// The answer to the change was lost, and the shopper authorized what was left before it was found.
#[test]
fn what_a_payment_does_not_cover_was_canceled_unpaid_however_late_that_is_known() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    authorize(&mut recorder, "678.99");
    cancel(&mut recorder, 1);
    let order = recorder.order();
    assert_eq!((order.canceled_unpaid, capture::left(order)), (euro("349.00"), euro("678.99")));
    cancel(&mut recorder, 2);
    let order = recorder.order();
    assert_eq!((order.canceled_unpaid, capture::left(order)), (euro("349.00"), euro("349.00")));
}

/// A gift card that was worth as much as the goods that were not shipped: the end takes both, and the payment was for the rest all along.
#[test]
fn what_comes_to_nothing_together_was_not_canceled_unpaid_for_that() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    authorize(&mut recorder, "349.00");
    let mut order = recorder.order().clone();
    (order.lines[1].total_amount, order.lines[1].unit_price) = (euro("-349.00"), euro("-349.00"));
    recorder = Recorder::new(order, at(1), Grounds::of(Cause::LookUp));
    let both = [
        part(1),
        ShipmentLine { line_id: LineId::new(2), part: Part { quantity: 1, amount: euro("-349.00") } },
    ];
    let entries = ledger::ours(Pool::Canceled, Stage::Settled, &both);
    recorder.record(EventData::CancellationSucceeded { operation_id: operation(), entries });
    let unpaid =
        |order: &Order| order.releases.iter().filter(|release| release.operation_id.is_none()).count();
    assert_eq!((recorder.order().canceled_unpaid, unpaid(recorder.order())), (euro("0.00"), 0));
}

/// The shopper authorizes the order, then a change adds to it and cancels of it in one step: its answer is the first that is read of
/// both. The authorization has grown, and keeps what was canceled.
#[test]
fn what_is_authorized_before_a_change_is_not_canceled_unpaid_however_late_that_is_known() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    let mut added = recorder.order().lines[1].clone();
    (added.id, added.total_amount) = (LineId::new(3), euro("10.00"));
    let entries = ledger::ours(Pool::Canceled, Stage::Settled, &[part(1)]);
    recorder.record(EventData::LinesChanged { operation_id: operation(), lines: vec![added], entries });
    assert_eq!(recorder.order().canceled_unpaid, euro("349.00"));
    authorize(&mut recorder, "1037.99");
    let order = recorder.order();
    assert_eq!((order.canceled_unpaid, order.highest_amount), (euro("0.00"), euro("1037.99")));
    assert_eq!((capture::left(order), surplus_payments(order)), (euro("688.99"), vec![]));
}

/// An old attempt: 678.99 are authorized for lines of 1,027.99. What is canceled then is released of that, though the sum fits.
#[test]
fn what_is_canceled_of_an_order_that_was_authorized_with_less_is_released() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    authorize(&mut recorder, "678.99");
    recorder.raise(underpaid(recorder.order()).unwrap());
    cancel(&mut recorder, 1);
    let order = recorder.order();
    assert_eq!((order.canceled_unpaid, capture::left(order)), (euro("0.00"), euro("329.99")));
}

/// The payment has grown with a line that is not known yet.
#[test]
fn a_payment_that_is_read_while_a_change_is_undecided_does_not_say_what_was_canceled_unpaid() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    cancel(&mut recorder, 1);
    authorize(&mut recorder, "678.99");
    cancel(&mut recorder, 2);
    let (added, updated) = (vec![LineId::new(3)], Vec::new());
    let change = LineChanging { operation_id: operation(), added, updated, difference: euro("10.00") };
    recorder.record(EventData::LineChangeRecorded { change: Box::new(change), entries: Vec::new() });
    authorize(&mut recorder, "688.99");
    assert_eq!(recorder.order().canceled_unpaid, euro("349.00"));
}

/// Mollie's answer to a change shows no payments, and reading them may fail: what was added is authorized all the same.
#[test]
fn what_a_change_adds_to_an_authorized_order_can_leave_before_the_payment_is_read() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    authorize(&mut recorder, "1027.99");
    let mut added = recorder.order().lines[1].clone();
    (added.id, added.total_amount) = (LineId::new(3), euro("10.00"));
    let change = EventData::LinesChanged {
        operation_id: operation(),
        lines: vec![added],
        entries: ledger::ours(Pool::Canceled, Stage::Settled, &[part(1)]),
    };
    recorder.record(change.clone());
    assert_eq!(capture::left(recorder.order()), euro("688.99"));
    // The payment had been read before: it does not grow twice.
    recorder.record(change);
    assert_eq!(capture::authorized(recorder.order()), euro("1037.99"));
}

/// A change lowers a price before the payment is read again: what it is for then says nothing of what was canceled.
#[test]
fn a_payment_that_is_older_than_the_lines_does_not_say_what_was_canceled_unpaid() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    cancel(&mut recorder, 1);
    authorize(&mut recorder, "678.99");
    cancel(&mut recorder, 2);
    let mut cheaper = recorder.order().lines[0].clone();
    cheaper.total_amount = euro("598.00");
    let (lines, entries) = (vec![cheaper], Vec::new());
    recorder.record(EventData::LinesChanged { operation_id: operation(), lines, entries });
    assert_eq!(recorder.order().canceled_unpaid, euro("349.00"));
}

/// What was never authorized is owed by nobody: a second payment is compared with what the order costs when it is paid.
#[test]
fn an_order_that_became_cheaper_before_it_was_paid_cost_no_more() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    cancel(&mut recorder, 2);
    let mut look = |status, line, amount| {
        let mut seen = Snapshot { amount: euro(amount), ..snapshot(status, line) };
        for (theirs, ours) in seen.lines.iter_mut().zip(&recorder.order().lines) {
            theirs.canceled = Some(ours.canceled);
        }
        let observed = Box::new(observed(recorder.order(), &seen));
        recorder.record(EventData::OrderObserved { observed });
        recorder.order().highest_amount
    };
    assert_eq!(look(OrderStatus::Created, LineStatus::Created, "698.00"), euro("698.00"));
    assert_eq!(look(OrderStatus::Authorized, LineStatus::Authorized, "698.00"), euro("698.00"));
    assert_eq!(look(OrderStatus::Authorized, LineStatus::Authorized, "349.00"), euro("698.00"));
}

/// A discount that was taken away before the shopper authorized the whole price is owed to nobody.
#[test]
fn a_deduction_that_was_canceled_unpaid_is_not_owed() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    let mut card = recorder.order().lines[1].clone();
    (card.total_amount, card.unit_price) = (euro("-5.00"), euro("-5.00"));
    let lines = vec![card];
    recorder.record(EventData::LinesChanged { operation_id: operation(), lines, entries: Vec::new() });
    let gone = ShipmentLine { part: Part { quantity: 1, amount: euro("-5.00") }, ..part(2) };
    let mut look = |status, line, pool, of| {
        let entries = ledger::ours(pool, Stage::Settled, &[of]);
        let seen = observed(recorder.order(), &snapshot(status, line));
        let observed = Box::new(Observed { entries, lines: Vec::new(), ..seen });
        recorder.record(EventData::OrderObserved { observed });
    };
    look(OrderStatus::Created, LineStatus::Created, Pool::Canceled, gone);
    look(OrderStatus::Shipping, LineStatus::Shipping, Pool::Shipped, part(1));
    assert!(recorder.order().captures_by_shipment());
    assert_eq!(deduction::lost(recorder.order()), []);
}

/// The shopper authorizes, goods leave from the dashboard, and our cancellation of the rest is the first that tells of all that.
#[test]
fn a_deduction_that_is_canceled_before_the_authorization_is_known_is_owed_all_the_same() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    let mut card = recorder.order().lines[1].clone();
    (card.total_amount, card.unit_price) = (euro("-5.00"), euro("-5.00"));
    let lines = vec![card];
    recorder.record(EventData::LinesChanged { operation_id: operation(), lines, entries: Vec::new() });
    let rest = [ShipmentLine { part: Part { quantity: 1, amount: euro("-5.00") }, ..part(2) }, part(1)];
    let entries = ledger::ours(Pool::Canceled, Stage::Settled, &rest);
    recorder.record(EventData::CancellationSucceeded { operation_id: operation(), entries });
    let mut seen = snapshot(OrderStatus::Completed, LineStatus::Completed);
    seen.authorized_time = Some(at(1));
    seen.payments = Some(vec![fixtures::payment("tr_1", euro("693.00"), PaymentStatus::Paid)]);
    let seen = observed(recorder.order(), &seen);
    let entries = ledger::ours(Pool::Shipped, Stage::Settled, &[part(1)]);
    let observed = Box::new(Observed { entries, lines: Vec::new(), ..seen });
    recorder.record(EventData::OrderObserved { observed });
    assert_eq!(recorder.order().canceled_unpaid, euro("0.00"));
    let lost = Part { quantity: 1, amount: euro("-5.00") };
    assert_eq!(deduction::lost(recorder.order()), [(LineId::new(2), lost)]);
}

#[test]
fn a_change_holds_its_lines_until_it_is_known_and_leaves_what_it_added() {
    let mut recorder = placed(OrderStatus::Authorized, LineStatus::Authorized);
    let (added, updated) = (vec![LineId::new(3)], vec![LineId::new(1)]);
    let change = LineChanging { operation_id: operation(), added, updated, difference: euro("10.00") };
    recorder.record(EventData::LineChangeRecorded { change: Box::new(change), entries: Vec::new() });
    let order = recorder.order();
    assert_eq!((order.lines[0].is_changing, order.lines[1].is_changing), (true, false));
    let mut lines = vec![order.lines[0].clone(), order.lines[1].clone()];
    lines[0].is_changing = false;
    (lines[1].id, lines[1].total_amount) = (LineId::new(3), euro("10.00"));
    let other = OperationId::new(Uuid::from_u128(8));
    let refused = EventData::LineChangeRefused {
        operation_id: other,
        rejection: Rejection::of_ours("it is another one"),
        entries: Vec::new(),
    };
    recorder.record(refused);
    assert!(recorder.order().line_change.is_some(), "of another operation");
    recorder.record(EventData::LinesChanged { operation_id: operation(), lines, entries: Vec::new() });
    let order = recorder.order();
    assert_eq!((order.lines.len(), order.line_change.as_ref()), (3, None));
    assert_eq!((&order.added_lines[..], order.lines[0].is_changing), (&[LineId::new(3)][..], false));
    // 1,027.99 and the new line: what is authorized has grown.
    assert_eq!(order.highest_amount, euro("1037.99"));
}

#[test]
fn a_deduction_that_a_change_cancels_was_given_up() {
    let mut recorder = placed(OrderStatus::Authorized, LineStatus::Authorized);
    let mut card = recorder.order().lines[1].clone();
    card.total_amount = euro("-5.00");
    let lines = vec![card];
    recorder.record(EventData::LinesChanged { operation_id: operation(), lines, entries: Vec::new() });
    let given_up = ShipmentLine { part: Part { quantity: 1, amount: euro("-5.00") }, ..part(2) };
    let entries = ledger::ours(Pool::Canceled, Stage::Settled, &[given_up, part(1)]);
    recorder.record(EventData::LinesChanged { operation_id: operation(), lines: Vec::new(), entries });
    let part = Part { quantity: 1, amount: euro("-5.00") };
    let release = Release { operation_id: Some(operation()), line_id: LineId::new(2), part };
    assert_eq!(recorder.order().releases, [release]);
}
