//! Review items about captures: more than was authorized, without a deduction that was due, or none for goods that left.

use crate::rules::ids::LineId;
use crate::rules::item::{Concern, Item, ItemKind};
use crate::rules::money::Money;
use crate::rules::order::Order;
use crate::rules::part::Part;
use crate::rules::shipment::{Capture, Shipment};
use crate::rules::text::printable;
use crate::rules::{capture, deduction, refund};

/// Mollie's records show more captured than was authorized.
#[must_use]
pub fn overcaptured(order: &Order) -> Option<Concern> {
    let (captured, limit) = capture::captured_above(order)?;
    let too_much = Money::from_minor(captured.minor() - limit.minor(), limit.currency());
    let text = format!(
        "Mollie shows {captured} captured where {limit} was authorized: {too_much} too much. Compare the shipments with what \
         the shopper agreed to, and refund the excess with CreateRefund."
    );
    Some(Concern {
        kind: ItemKind::Overcaptured,
        subject: order.mollie_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        text: printable(&text),
        operation_id: None,
    })
}

/// A shipment whose capture failed, or never came.
#[must_use]
pub fn capture_lost(shipment: &Shipment, capture: &Capture) -> Concern {
    let (id, amount) = (shipment.id, capture.amount);
    let what = match &capture.mollie_id {
        Some(capture) => format!("Mollie could not capture the {amount} of shipment {id} ({capture})"),
        None => {
            format!("Mollie lists no capture of the {amount} of shipment {id}, two days after it was made")
        }
    };
    let text = format!(
        "{what}: the goods left, and their money does not come. Ask Mollie, or agree with the shopper."
    );
    Concern {
        kind: ItemKind::CaptureLost,
        subject: shipment.id.to_string(),
        text: printable(&text),
        operation_id: None,
    }
}

/// Each deduction that was released after goods were shipped, without the caller naming it.
#[must_use]
pub fn deductions_left(order: &Order) -> Vec<Concern> {
    deduction::lost(order).into_iter().map(|lost| deduction_left(order, lost)).collect()
}

/// The open items about units of a deduction that a later item takes in.
#[must_use]
pub fn deductions_told_again(order: &Order) -> Vec<u32> {
    let is_taken_in = |item: &&Item| {
        order
            .items
            .iter()
            .any(|later| later.number > item.number && deduction_of(later) == deduction_of(item))
    };
    let open = order.items.iter().filter(|item| item.is_open() && deduction_of(item).is_some());
    open.filter(is_taken_in).map(|item| item.number).collect()
}

/// The line that an item about a lost deduction is about, of one unit (`lines/2`) or of several (`lines/2/3`).
fn deduction_of(item: &Item) -> Option<&str> {
    if item.kind == ItemKind::DeductionLeft { item.subject.split('/').nth(1) } else { None }
}

/// What earlier items told of the line: the shopper may have that back already.
fn told_before(order: &Order, line: LineId) -> String {
    let line = line.to_string();
    let earlier = order.items.iter().filter(|item| deduction_of(item) == Some(line.as_str()));
    let earlier: Vec<_> = earlier.map(|item| item.number.to_string()).collect();
    let items = match earlier.as_slice() {
        [] => return String::new(),
        [one] => format!("item {one}"),
        several => format!("items {}", several.join(" and ")),
    };
    format!(" in all, with what {items} told: what was given back for that counts")
}

/// Units that are lost later are told again, with all that is owed by then, and the earlier item closes.
fn deduction_left(order: &Order, (line, lost): (LineId, Part)) -> Concern {
    let owed = deduction::owed(lost);
    let (of, subject) = match lost.quantity {
        1 => (format!("Line {line}"), format!("lines/{line}")),
        units => (format!("Line {line}, of {units} units by now,"), format!("lines/{line}/{units}")),
    };
    let (room, before) = (refund::room(order), told_before(order, line));
    let most = match owed.minor() > room.minor() {
        true => format!("at most {room} of it, all that was captured,"),
        false => "it".to_owned(),
    };
    let text = format!(
        "{of} is a deduction that was canceled although goods of the order were shipped: the shopper is owed {owed}{before}. \
         Refund {most} with CreateRefund, or restore the gift card or credit."
    );
    Concern { kind: ItemKind::DeductionLeft, subject, text: printable(&text), operation_id: None }
}
