//! A caller's refund request, checked for its form. The order is not considered here.

use std::collections::HashSet;

use super::Override;
use crate::rules::amount_input::AmountInput;
use crate::rules::ids::{LineId, MolliePaymentId};
use crate::rules::money::Money;
use crate::rules::shipment::{LineSelection, LineSelectionInput, line_id, selected};
use crate::rules::text::{at_most, given, is_printable};
use crate::rules::violation::{Violation, Violations};

/// The longest description (create order refund, `description`: at most 140 characters; newer documents say 255).
const DESCRIPTION: usize = 140;

/// The lowered price of one line as a caller wrote it.
#[derive(Clone, Debug, Default)]
pub struct ReductionInput {
    pub line_id: String,
    pub amount: Option<AmountInput>,
}

/// A refund as a caller wrote it; an empty text is a missing one.
#[derive(Clone, Debug, Default)]
pub struct RefundInput {
    pub lines: Vec<LineSelectionInput>,
    pub all_remaining: bool,
    pub reductions: Vec<ReductionInput>,
    pub amount: Option<AmountInput>,
    pub mollie_payment_id: String,
    pub description: String,
    pub merge_equal: bool,
    /// `None`: a value that the API does not know.
    pub overrides: Vec<Option<Override>>,
}

/// What a line costs less, after it was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reduction {
    pub line_id: LineId,
    pub amount: Money,
}

/// What is given back. Empty never means all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundSelection {
    /// Units of lines.
    Lines(Vec<LineSelection>),
    /// Everything that is left to be refunded.
    AllRemaining,
    /// Parts of lines' prices; no units come back.
    Reductions(Vec<Reduction>),
    /// An amount for no line: goodwill, or a surplus.
    Amount(Money),
}

/// A well-formed request to refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    pub selection: RefundSelection,
    /// The payment to give back from, if the caller chose one. Only for what goes on a payment.
    pub payment_id: Option<MolliePaymentId>,
    pub description: Option<String>,
    /// Whether it takes in the equal refunds that would have to wait beside it.
    pub merge_equal: bool,
    pub overrides: Vec<Override>,
    /// How many units of each line did not leave and will not; `None`: nobody says, so those that the shopper has come first.
    pub not_leaving: Option<Vec<(LineId, u32)>>,
}

impl RefundInput {
    /// Checks the form of the request, without looking at the order.
    ///
    /// # Errors
    /// Each fault.
    pub fn parse(self) -> Result<RefundRequest, Vec<Violation>> {
        let mut faults = Violations::default();
        let ways =
            [!self.lines.is_empty(), self.all_remaining, !self.reductions.is_empty(), self.amount.is_some()];
        let count = ways.into_iter().filter(|chosen| *chosen).count();
        if count != 1 {
            let expected = "exactly one of lines, all_remaining = true, reductions, amount";
            faults.add("lines", "refund.one_of", expected, format!("{count} of them"));
        }
        let payment_id = given(self.mollie_payment_id.trim().to_owned()).map(MolliePaymentId::new);
        if payment_id.is_some() && (ways[0] || ways[1]) {
            let expected = "none: Mollie chooses the payment for units of lines";
            faults.add("mollie_payment_id", "refund.payment", expected, "one");
        }
        let description = description(&self.description, &mut faults);
        let overrides = overrides(self.overrides, &mut faults);
        let selection = match (self.all_remaining, self.amount) {
            (true, _) => Some(RefundSelection::AllRemaining),
            (false, Some(amount)) => positive(&amount, "amount", &mut faults).map(RefundSelection::Amount),
            (false, None) if !self.reductions.is_empty() => {
                Some(RefundSelection::Reductions(reductions(self.reductions, &mut faults)))
            }
            (false, None) => Some(RefundSelection::Lines(selected(self.lines, &mut faults))),
        };
        match selection.filter(|_| faults.is_empty()) {
            Some(selection) => Ok(RefundRequest {
                selection,
                payment_id,
                description,
                merge_equal: self.merge_equal,
                overrides,
                not_leaving: None,
            }),
            None => Err(faults.into_vec()),
        }
    }
}

/// What the shopper reads.
pub(in crate::rules) fn description(text: &str, faults: &mut Violations) -> Option<String> {
    let description = given(text.trim().to_owned());
    at_most(faults, "description", "refund.description", description.as_deref(), DESCRIPTION);
    if !description.as_deref().is_none_or(is_printable) {
        faults.add("description", "refund.printable", "no control characters", "some");
    }
    description
}

fn overrides(given: Vec<Option<Override>>, faults: &mut Violations) -> Vec<Override> {
    let mut known = Vec::new();
    for (n, one) in given.into_iter().enumerate() {
        match one {
            Some(one) if !known.contains(&one) => known.push(one),
            Some(_) => (),
            None => {
                let path = format!("overrides[{n}]");
                faults.add(path, "refund.override", "LINE_CEILING or ORDER_CEILING", "another value");
            }
        }
    }
    known
}

fn positive(amount: &AmountInput, path: &str, faults: &mut Violations) -> Option<Money> {
    let money = amount.parse(path, faults)?;
    if money.minor() > 0 {
        return Some(money);
    }
    faults.add(format!("{path}.value"), "refund.positive", "more than zero", money.value());
    None
}

fn reductions(reductions: Vec<ReductionInput>, faults: &mut Violations) -> Vec<Reduction> {
    let (mut parsed, mut seen) = (Vec::with_capacity(reductions.len()), HashSet::new());
    for (n, reduction) in reductions.into_iter().enumerate() {
        let path = format!("reductions[{n}]");
        let line_id = line_id(&reduction.line_id, &path, faults);
        let amount = match &reduction.amount {
            Some(amount) => positive(amount, &format!("{path}.amount"), faults),
            None => {
                faults.missing(format!("{path}.amount"), "refund.amount");
                None
            }
        };
        let Some((line_id, amount)) = line_id.zip(amount) else { continue };
        if !seen.insert(line_id) {
            faults.add(format!("{path}.line_id"), "selection.once", "each line once", reduction.line_id);
        }
        parsed.push(Reduction { line_id, amount });
    }
    parsed
}
