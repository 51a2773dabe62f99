//! Merging: a refund takes in the equal ones that wait, so that Mollie sees one refund of the sum and no duplicate.

use std::collections::BTreeMap;

use crate::operations::operation::{Operation, State};
use crate::operations::pen::Pen;
use crate::operations::task;
use crate::rules::ids::{LineId, RefundId};
use crate::rules::money::Money;
use crate::rules::refund::{Plan, Refund, may_be_merged};
use crate::rules::shipment::together;

/// The equal refunds that were certainly never sent, with what is to make them. `making`: the unsettled operation of a refund.
pub(super) fn waiting<'a>(
    pen: &'a Pen<'_>,
    planned: &Plan,
    making: impl Fn(RefundId) -> Option<&'a Operation>,
) -> Vec<(Operation, Refund)> {
    let equal = pen.known_refunds().iter().filter(|refund| may_be_merged(refund, planned));
    let unsent = equal.filter_map(|refund| {
        let making = making(refund.id)?;
        let is_unsent = matches!(making.state, State::Pending { sent: None, .. });
        is_unsent.then(|| (making.clone(), refund.clone()))
    });
    unsent.collect()
}

/// Both refunds as one. The shopper reads what was asked for last.
pub(super) fn with(refund: Refund, other: &Refund) -> Refund {
    let minor = refund.amount.minor().saturating_add(other.amount.minor());
    let amount = Money::from_minor(minor, refund.amount.currency());
    let lines = together(refund.lines.iter().chain(&other.lines));
    let mut overrides = refund.overrides;
    let new: Vec<_> = other.overrides.iter().copied().filter(|one| !overrides.contains(one)).collect();
    overrides.extend(new);
    let not_leaving = kept(&refund.not_leaving, &other.not_leaving);
    Refund { amount, lines, not_leaving, overrides, ..refund }
}

/// Each line once.
fn kept(one: &[(LineId, u32)], other: &[(LineId, u32)]) -> Vec<(LineId, u32)> {
    let mut all = BTreeMap::<LineId, u32>::new();
    for (line_id, quantity) in one.iter().chain(other) {
        let sum = all.entry(*line_id).or_default();
        *sum = sum.saturating_add(*quantity);
    }
    all.into_iter().collect()
}

/// What the bank had taken back when the first of them was recorded: what it took later has to be seen by a person.
pub(super) fn charged_back(now: Money, waiting: &[(Operation, Refund)]) -> Money {
    let mark = |making: &Operation| {
        if let task::Task::CreateRefund(task) = &making.task { Some(task.charged_back) } else { None }
    };
    let marks = waiting.iter().filter_map(|(making, _)| mark(making));
    marks.chain([now]).min_by_key(|mark| mark.minor()).unwrap_or(now)
}
