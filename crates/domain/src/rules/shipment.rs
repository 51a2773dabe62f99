//! Shipments: what left the warehouse, and what of it Mollie has registered (shipments API).
//!
//! In the authorized flow a shipment captures its amount; in the paid flow it moves no money. Every line type is
//! shipped, fees and discounts too: what is never shipped is never captured.

use jiff::Timestamp;

use super::ids::{LineId, MollieShipmentId, OrderId, ShipmentId};
use super::line::AmountInput;
use super::money::Money;
use super::order::{Line, Order, Part};
use super::refusal::{Refusal, RefusalReason, Rejection, Unmet};
use super::status::{OrderStatus, words};
use super::text::{given, is_web_url};
use super::violation::{Violation, Violations};

words!(
    /// What has become of a shipment at Mollie. The goods left either way.
    ShipmentState {
        Recorded = "recorded",
        Registered = "registered",
        Refused = "refused",
        NeedsAttention = "needs_attention",
    }
);

words!(
    /// Where a shipment was first told.
    Origin { Here = "here", Elsewhere = "elsewhere" }
);

/// How to follow a parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracking {
    pub carrier: String,
    pub code: String,
    pub url: Option<String>,
}

/// Some units of one line within a shipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShipmentLine {
    pub line_id: LineId,
    pub part: Part,
}

/// A shipment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipment {
    pub id: ShipmentId,
    pub order_id: OrderId,
    pub state: ShipmentState,
    pub origin: Origin,
    pub mollie_id: Option<MollieShipmentId>,
    pub lines: Vec<ShipmentLine>,
    pub tracking: Option<Tracking>,
    pub created_time: Timestamp,
    /// When Mollie registered it.
    pub registered_time: Option<Timestamp>,
    /// Mollie's words, where it refused.
    pub rejection: Option<Rejection>,
}

/// One selected line as a caller wrote it.
#[derive(Clone, Debug, Default)]
pub struct LineSelectionInput {
    pub line_id: String,
    pub quantity: i64,
    pub amount: Option<AmountInput>,
}

/// A shipment as a caller wrote it.
#[derive(Clone, Debug, Default)]
pub struct ShipmentInput {
    pub lines: Vec<LineSelectionInput>,
    pub all_remaining: bool,
    pub tracking: Option<TrackingInput>,
}

/// Tracking as a caller wrote it; an empty text is a missing one.
#[derive(Clone, Debug, Default)]
pub struct TrackingInput {
    pub carrier: String,
    pub code: String,
    pub url: String,
}

/// One selected line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineSelection {
    pub line_id: LineId,
    pub quantity: u32,
    pub amount: Option<Money>,
}

/// Which lines are meant: named ones, or explicitly all that is left. Empty never means all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    Lines(Vec<LineSelection>),
    AllRemaining,
}

/// A well-formed request to ship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShipmentRequest {
    pub selection: Selection,
    pub tracking: Option<Tracking>,
}

impl ShipmentInput {
    /// Checks the form of the request, without looking at the order.
    ///
    /// # Errors
    /// Each fault.
    pub fn parse(self) -> Result<ShipmentRequest, Vec<Violation>> {
        let mut faults = Violations::default();
        if self.all_remaining != self.lines.is_empty() {
            let got = if self.all_remaining { "both" } else { "neither" };
            faults.add("lines", "selection.one_of", "either lines, or all_remaining = true", got);
        }
        let mut lines = Vec::with_capacity(self.lines.len());
        for (n, line) in self.lines.into_iter().enumerate() {
            let selected = line.parse(&format!("lines[{n}]"), &mut faults);
            if let Some(selected) = selected {
                if lines.iter().any(|other: &LineSelection| other.line_id == selected.line_id) {
                    faults.add(
                        format!("lines[{n}].line_id"),
                        "selection.once",
                        "each line once",
                        line.line_id,
                    );
                }
                lines.push(selected);
            }
        }
        let tracking = self.tracking.map(|tracking| tracking.parse(&mut faults));
        let selection = if self.all_remaining { Selection::AllRemaining } else { Selection::Lines(lines) };
        if faults.is_empty() { Ok(ShipmentRequest { selection, tracking }) } else { Err(faults.into_vec()) }
    }
}

impl LineSelectionInput {
    fn parse(&self, path: &str, faults: &mut Violations) -> Option<LineSelection> {
        let line_id = LineId::parse(&self.line_id);
        if line_id.is_none() {
            faults.add(
                format!("{path}.line_id"),
                "selection.line_id",
                "the id of a line of the order",
                &self.line_id,
            );
        }
        let quantity = u32::try_from(self.quantity).ok().filter(|quantity| *quantity > 0);
        if quantity.is_none() {
            let got = self.quantity.to_string();
            faults.add(format!("{path}.quantity"), "selection.quantity", "a whole number from 1", got);
        }
        let amount = self
            .amount
            .as_ref()
            .map(|amount| amount.parse(&format!("{path}.amount"), "selection.amount", faults));
        match amount {
            Some(None) => None,
            Some(Some(_)) | None => {
                Some(LineSelection { line_id: line_id?, quantity: quantity?, amount: amount.flatten() })
            }
        }
    }
}

impl TrackingInput {
    fn parse(self, faults: &mut Violations) -> Tracking {
        for (field, text) in [("carrier", &self.carrier), ("code", &self.code)] {
            let path = format!("tracking.{field}");
            if text.trim().is_empty() {
                faults.missing(&path, "tracking.required");
            }
            super::text::at_most(faults, &path, "tracking.length", Some(text), 100);
        }
        if !self.url.is_empty() && !is_web_url(&self.url) {
            faults.add("tracking.url", "tracking.url", "an absolute http(s) address", &self.url);
        }
        let trimmed = |text: String| text.trim().to_owned();
        Tracking { carrier: trimmed(self.carrier), code: trimmed(self.code), url: given(self.url) }
    }
}

/// Why a shipment is not planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShipRefusal {
    /// The request does not fit the order whatever its state: unknown lines, amounts outside the bounds.
    Invalid(Vec<Violation>),
    /// The order's state stands in the way.
    State(Refusal),
}

/// Decides which units and amounts a shipment takes: only what is available, whatever else is under way.
///
/// # Errors
/// [`ShipRefusal`], naming every line at once.
pub fn plan(order: &Order, request: &ShipmentRequest) -> Result<Vec<ShipmentLine>, ShipRefusal> {
    if request.selection == Selection::AllRemaining && order.facts.status.is_some_and(OrderStatus::is_final) {
        return Err(ShipRefusal::State(nothing_remains()));
    }
    shippable_order(order).map_err(ShipRefusal::State)?;
    match &request.selection {
        Selection::AllRemaining => all_remaining(order).map_err(ShipRefusal::State),
        Selection::Lines(lines) => named_lines(order, lines),
    }
}

/// What of each line of this shipment is registered at Mollie once this shipment is: all shipments known to be there and
/// this one together. A hook may have told of it before its own answer came, hence never less than the line shows.
#[must_use]
pub fn shipped_with(order: &Order, known: &[Shipment], this: &Shipment) -> Vec<(LineId, Part)> {
    let registered =
        known.iter().filter(|other| other.state == ShipmentState::Registered && other.id != this.id);
    let parts: Vec<_> = registered.flat_map(|shipment| &shipment.lines).collect();
    let sum = |line: &ShipmentLine| {
        let same = parts.iter().filter(|part| part.line_id == line.line_id);
        same.fold(line.part, |sum, other| sum.and(other.part))
    };
    let at_least = |id, part: Part| match order.line(id) {
        Some(line) if line.shipped.quantity >= part.quantity => line.shipped,
        Some(_) | None => part,
    };
    this.lines.iter().map(|line| (line.line_id, at_least(line.line_id, sum(line)))).collect()
}

fn shippable_order(order: &Order) -> Result<(), Refusal> {
    let refuse = |reason, text: String| Err(Refusal::of_order(reason, text));
    if !order.is_understood() {
        return refuse(
            RefusalReason::StatusNotUnderstood,
            "Mollie reports a status this release does not know; update the service before moving money."
                .to_owned(),
        );
    }
    match order.facts.status {
        None => refuse(
            RefusalReason::OrderNotPlaced,
            format!("The order is {}: Mollie has not confirmed it.", order.placement.as_str()),
        ),
        Some(status) if !status.allows_shipping() => {
            refuse(RefusalReason::OrderNotShippable, not_shippable(status))
        }
        Some(_) => Ok(()),
    }
}

fn is_shippable(line: &Line) -> bool {
    line.status.is_some_and(super::status::LineStatus::allows_shipping)
}

fn all_remaining(order: &Order) -> Result<Vec<ShipmentLine>, Refusal> {
    let lines: Vec<_> = order
        .lines
        .iter()
        .filter(|line| is_shippable(line) && line.available().quantity > 0)
        .map(|line| ShipmentLine { line_id: line.id, part: line.available() })
        .collect();
    if lines.is_empty() {
        let text =
            "Nothing is left to ship: every unit is shipped, canceled or reserved by a recorded shipment.";
        return Err(Refusal::of_order(RefusalReason::NothingRemaining, text));
    }
    Ok(lines)
}

fn nothing_remains() -> Refusal {
    let text = "Nothing is left to ship: every unit is shipped, canceled or reserved by a recorded shipment.";
    Refusal::of_order(RefusalReason::NothingRemaining, text)
}

fn not_shippable(status: OrderStatus) -> String {
    let why = match status {
        OrderStatus::Created => "the shopper has not paid yet",
        OrderStatus::Pending => "a payment is being processed",
        OrderStatus::Canceled | OrderStatus::Expired => "it is over",
        OrderStatus::Authorized | OrderStatus::Paid | OrderStatus::Shipping | OrderStatus::Completed => {
            "nothing is left"
        }
    };
    let status = status.as_str();
    format!(
        "The order's status is \"{status}\": {why}. Goods are shipped while it is authorized, paid or shipping."
    )
}

fn named_lines(order: &Order, lines: &[LineSelection]) -> Result<Vec<ShipmentLine>, ShipRefusal> {
    let (mut faults, mut unmet, mut planned) = (Violations::default(), Vec::new(), Vec::new());
    for (n, selection) in lines.iter().enumerate() {
        let Some(line) = order.line(selection.line_id) else {
            let expected = format!("a line of the order: {}", list_ids(order));
            faults.add(
                format!("lines[{n}].line_id"),
                "selection.line_id",
                expected,
                selection.line_id.to_string(),
            );
            continue;
        };
        match named_line(line, selection) {
            Ok(part) => planned.push(ShipmentLine { line_id: line.id, part }),
            Err(Misfit::State(reason, description)) => {
                unmet.push((reason, Unmet { subject: format!("lines/{}", line.id), description }));
            }
            Err(Misfit::Amount { expected, got }) => {
                faults.add(format!("lines[{n}].amount"), "selection.amount_bounds", expected, got);
            }
        }
    }
    if !faults.is_empty() {
        for (_, unmet) in unmet {
            faults.add(unmet.subject, "selection.available", "what is available", unmet.description);
        }
        return Err(ShipRefusal::Invalid(faults.into_vec()));
    }
    match unmet.first() {
        Some((reason, _)) => {
            let reason = *reason;
            Err(ShipRefusal::State(Refusal {
                reason,
                unmet: unmet.into_iter().map(|(_, unmet)| unmet).collect(),
            }))
        }
        None => Ok(planned),
    }
}

fn list_ids(order: &Order) -> String {
    order.lines.iter().map(|line| line.id.to_string()).collect::<Vec<_>>().join(", ")
}

enum Misfit {
    State(RefusalReason, String),
    Amount { expected: String, got: String },
}

fn named_line(line: &Line, selection: &LineSelection) -> Result<Part, Misfit> {
    if !is_shippable(line) {
        let status = line.status.map_or("not placed", super::status::LineStatus::as_str);
        let text =
            format!("Line {} is {status}; only authorized, paid or shipping lines are shipped.", line.id);
        return Err(Misfit::State(RefusalReason::LineNotShippable, text));
    }
    let (quantity, rest) = (selection.quantity, line.remainder());
    let (Some(bounds), Some(share)) = (rest.bounds(quantity), rest.share(quantity)) else {
        let text = format!(
            "Line {}: {quantity} asked for, {} available ({} shipped, {} canceled, {} reserved of {}).",
            line.id,
            rest.quantity,
            line.shipped.quantity,
            line.canceled.quantity,
            line.reserved.quantity,
            line.quantity
        );
        return Err(Misfit::State(RefusalReason::QuantityNotAvailable, text));
    };
    match selection.amount {
        None => Ok(Part { quantity, amount: share }),
        Some(amount) if bounds.admit(amount) => Ok(Part { quantity, amount }),
        Some(amount) => {
            let expected = format!("{bounds} for {quantity} of the {} available", rest.quantity);
            Err(Misfit::Amount { expected, got: amount.to_string() })
        }
    }
}

#[cfg(test)]
mod tests;
