//! A caller's shipment request, checked for its form. The order is not considered here.

use std::collections::{HashMap, HashSet};

use super::Tracking;
use crate::rules::amount_input::AmountInput;
use crate::rules::ids::LineId;
use crate::rules::money::Money;
use crate::rules::order::Order;
use crate::rules::text::at_most;
use crate::rules::violation::{Violation, Violations};
use crate::rules::web_address::{self, Schemes};

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
    pub include_refunded: bool,
    pub goods_left: bool,
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

/// The selected lines: named ones, or explicitly all that is left. Empty never means all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    Lines(Vec<LineSelection>),
    AllRemaining,
}

/// A well-formed request to ship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShipmentRequest {
    pub selection: Selection,
    /// Whether units that were refunded before they were shipped may be shipped all the same.
    pub include_refunded: bool,
    /// Whether it is to be kept although the order is over: the goods have left in any case.
    pub goods_left: bool,
    pub tracking: Option<Tracking>,
}

impl ShipmentInput {
    /// Checks the form of the request, without looking at the order.
    ///
    /// # Errors
    /// Each fault.
    pub fn parse(self) -> Result<ShipmentRequest, Vec<Violation>> {
        let mut faults = Violations::default();
        either(&self.lines, self.all_remaining, &mut faults);
        let lines = selected(self.lines, &mut faults);
        let tracking = self.tracking.map(|tracking| tracking.parse(&mut faults));
        let selection = if self.all_remaining { Selection::AllRemaining } else { Selection::Lines(lines) };
        let (include_refunded, goods_left) = (self.include_refunded, self.goods_left);
        match faults.is_empty() {
            true => Ok(ShipmentRequest { selection, include_refunded, goods_left, tracking }),
            false => Err(faults.into_vec()),
        }
    }
}

/// Lines are selected in one of the two ways: empty never means all.
pub(in crate::rules) fn either(lines: &[LineSelectionInput], all_remaining: bool, faults: &mut Violations) {
    if all_remaining != lines.is_empty() {
        let got = if all_remaining { "both" } else { "neither" };
        faults.add("lines", "selection.one_of", "either lines, or all_remaining = true", got);
    }
}

/// The selected lines, at `lines`; each may be named once.
pub(in crate::rules) fn selected(
    lines: Vec<LineSelectionInput>,
    faults: &mut Violations,
) -> Vec<LineSelection> {
    let (mut selection, mut seen) = (Vec::with_capacity(lines.len()), HashSet::new());
    for (n, line) in lines.into_iter().enumerate() {
        let Some(selected) = line.parse(&format!("lines[{n}]"), faults) else { continue };
        if !seen.insert(selected.line_id) {
            faults.add(format!("lines[{n}].line_id"), "selection.once", "each line once", line.line_id);
        }
        selection.push(selected);
    }
    selection
}

/// A line must be named by our id.
pub(in crate::rules) const LINE_ID: &str = "selection.line_id";

/// Whether a fault is that a line was named by something that is not a line id.
#[must_use]
pub fn names_no_line(fault: &Violation) -> bool {
    fault.rule == LINE_ID
}

/// Completes faults about unknown lines: which lines the order has, and which of them a Mollie id means.
pub fn name_lines(faults: &mut [Violation], order: &Order) {
    let ids = order.lines.iter().filter_map(|line| Some((line.mollie_id.as_ref()?.to_string(), line.id)));
    let (ids, all): (HashMap<_, _>, _) = (ids.collect(), order.line_ids());
    for fault in faults.iter_mut().filter(|fault| names_no_line(fault)) {
        fault.expected = match ids.get(&fault.got) {
            Some(id) => format!("{id}, this service's id of the line"),
            None => format!("a line of the order: {all}"),
        };
    }
}

/// Puts the line's id in the place of each reference of the order's lines.
pub fn by_id<'a>(order: &Order, texts: impl IntoIterator<Item = &'a mut String>) {
    for text in texts {
        if let Some(line) = order.line_named(text) {
            *text = line.id.to_string();
        }
    }
}

/// Whether the text can only be a line's reference.
#[must_use]
pub fn is_reference(text: &str) -> bool {
    LineId::parse(text).is_none_or(|id| id.number() > 9_999)
}

/// The line that a caller names at `path`.
pub(in crate::rules) fn line_id(text: &str, path: &str, faults: &mut Violations) -> Option<LineId> {
    let line_id = LineId::parse(text);
    if line_id.is_none() {
        let expected = "a line's id here, such as 1, or its reference, not Mollie's id (odl_…)";
        faults.add(format!("{path}.line_id"), LINE_ID, expected, text);
    }
    line_id
}

impl LineSelectionInput {
    pub(in crate::rules) fn parse(&self, path: &str, faults: &mut Violations) -> Option<LineSelection> {
        let line_id = line_id(&self.line_id, path, faults);
        let quantity = u32::try_from(self.quantity).ok().filter(|quantity| *quantity > 0);
        if quantity.is_none() {
            let got = self.quantity.to_string();
            faults.add(
                format!("{path}.quantity"),
                "selection.quantity",
                "a whole number from 1 to 4294967295",
                got,
            );
        }
        let amount = self.amount.as_ref().map(|amount| amount.parse(&format!("{path}.amount"), faults));
        match amount {
            Some(None) => None,
            Some(Some(_)) | None => {
                Some(LineSelection { line_id: line_id?, quantity: quantity?, amount: amount.flatten() })
            }
        }
    }
}

impl TrackingInput {
    /// Checks the tracking on its own.
    ///
    /// # Errors
    /// Each fault.
    pub fn read(self) -> Result<Tracking, Vec<Violation>> {
        let mut faults = Violations::default();
        let tracking = self.parse(&mut faults);
        if faults.is_empty() { Ok(tracking) } else { Err(faults.into_vec()) }
    }

    fn parse(self, faults: &mut Violations) -> Tracking {
        for (field, text) in [("carrier", &self.carrier), ("code", &self.code)] {
            let path = format!("tracking.{field}");
            if text.trim().is_empty() {
                faults.missing(&path, "tracking.required");
            }
            at_most(faults, &path, "tracking.length", Some(text), 100);
        }
        let url = web_address::read(&self.url, Schemes::Web, "tracking.url", faults);
        let trimmed = |text: String| text.trim().to_owned();
        Tracking { carrier: trimmed(self.carrier), code: trimmed(self.code), url }
    }
}
