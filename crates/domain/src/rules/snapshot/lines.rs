//! Lines of an answer that may be what an operation of ours adds or changes, while nobody knows whether it did.

use super::{LineSnapshot, Snapshot};
use crate::rules::field::Field;
use crate::rules::ids::LineId;
use crate::rules::order::{Line, Order};

/// The answer without new lines that are undecided, and with the known values of lines whose new ones are. The order's amount then
/// stays as it is known, too.
#[must_use]
pub fn without_line_changes(
    order: &Order,
    mut snapshot: Snapshot,
    is_undecided: impl Fn(&LineSnapshot) -> bool,
    are_values_undecided: impl Fn(LineId) -> bool,
) -> Snapshot {
    if order.line_change.is_none() {
        return snapshot;
    }
    let ours = order.lines_at_mollie();
    let count = snapshot.lines.len();
    snapshot.lines.retain(|theirs| ours.contains_key(&theirs.mollie_id) || !is_undecided(theirs));
    let mut is_any_aside = snapshot.lines.len() < count;
    for theirs in &mut snapshot.lines {
        if let Some(ours) = ours.get(&theirs.mollie_id).filter(|ours| are_values_undecided(ours.id)) {
            restore(theirs, ours);
            is_any_aside = true;
        }
    }
    if is_any_aside {
        snapshot.amount = order.terms.amount;
    }
    snapshot
}

fn restore(theirs: &mut LineSnapshot, ours: &Line) {
    theirs.quantity = ours.quantity;
    theirs.unit_price = ours.unit_price;
    theirs.discount_amount = ours.discount_amount;
    theirs.total_amount = ours.total_amount;
    theirs.vat_rate = Field::Value(ours.vat_rate.clone());
    theirs.vat_amount = Field::Value(ours.vat_amount);
    theirs.name = Field::Value(ours.name.clone());
    theirs.sku = ours.sku.clone().into();
    theirs.category.clone_from(&ours.category);
    theirs.quantity_unit.clone_from(&ours.quantity_unit);
    theirs.image_url.clone_from(&ours.image_url);
    theirs.product_url.clone_from(&ours.product_url);
    theirs.metadata.clone_from(&ours.metadata);
}
