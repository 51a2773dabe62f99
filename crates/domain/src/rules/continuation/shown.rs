//! The lines of an order's last reading of which it is certain what was shipped.

use std::collections::HashMap;

use crate::rules::ids::LineId;
use crate::rules::order::{Line, Order};
use crate::rules::part::Part;
use crate::rules::snapshot::{LineSnapshot, Snapshot, counterpart};

/// All units of each such line, as it ended.
pub(super) fn lines(order: &Order, seen: &Snapshot) -> HashMap<LineId, Part> {
    let known = order.lines_at_mollie();
    let all = |(position, theirs)| {
        let ours = counterpart(order, &known, position, theirs).filter(|ours| is_certain(ours, theirs, seen));
        ours.map(|ours| (ours.id, Part { quantity: theirs.quantity, amount: theirs.total_amount }))
    };
    seen.lines.iter().enumerate().filter_map(all).collect()
}

/// A doubted counter or list counts as left out (`rules/contradiction.rs`). In place of doubted values stand the known ones: with which
/// values a changing line ended is not known then.
fn is_certain(ours: &Line, theirs: &LineSnapshot, seen: &Snapshot) -> bool {
    let is_counted = theirs.shipped.is_some() || seen.shipments.is_some();
    is_counted && (!ours.is_changing || seen.contradictions.is_empty())
}
