//! What an event names as changed: fields, lines and payments, never a value.

use std::collections::BTreeSet;

use domain::rules::event::Before;
use domain::rules::ids::LineId;
use domain::rules::snapshot::Observed;

/// Each line once, by its path.
pub fn lines(ids: impl Iterator<Item = LineId>) -> Vec<String> {
    named(ids).collect()
}

fn named(ids: impl Iterator<Item = LineId>) -> impl Iterator<Item = String> {
    ids.collect::<BTreeSet<_>>().into_iter().map(|id| format!("lines/{id}"))
}

/// What a reading has changed.
pub fn observed(observed: &Observed, before: &Before) -> Vec<String> {
    let is_other = before.order.as_ref().is_some_and(|was| was.amount != observed.amount);
    let own = [("status", observed.status_changed), ("amount", is_other)];
    let own = own.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name.to_owned());
    let described = observed.lines.iter().map(|line| line.id);
    let counted = observed.entries.iter().filter_map(|entry| entry.line_id);
    let unseen = observed.facts.found_lines.iter().filter(|found| found.unseen_since.is_some());
    let absent = unseen.map(|found| found.line_id).chain(observed.gone.iter().copied());
    let lines = named(described.chain(counted).chain(absent));
    let payments = observed.payments.iter().map(|payment| format!("payments/{}", payment.mollie_id));
    let unread = observed.unread_changed.then(|| "unread_fields".to_owned());
    own.chain(lines).chain(payments).chain(observed.personal.iter().cloned()).chain(unread).collect()
}
