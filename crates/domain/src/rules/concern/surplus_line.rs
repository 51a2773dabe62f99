//! A line that was added once here, and twice at Mollie.

use crate::rules::ids::MollieLineId;
use crate::rules::item::{Concern, ItemKind};
use crate::rules::order::{Line, Order};
use crate::rules::text::printable;

/// Each line that Mollie shows for the first time (`observed`: what is taken over now) and that equals one that a change of ours has added:
/// the same call may have had two effects.
#[must_use]
pub fn surplus_lines(order: &Order, observed: &[Line]) -> Vec<Concern> {
    let added = || order.added_lines.iter().filter_map(|id| order.line(*id));
    let again =
        |new: &Line| Some(concern(added().find(|ours| is_equal(ours, new))?, new, new.mollie_id.as_ref()?));
    observed.iter().filter(|line| order.line(line.id).is_none()).filter_map(again).collect()
}

fn is_equal(ours: &Line, new: &Line) -> bool {
    ours.line_type == new.line_type
        && ours.name == new.name
        && ours.sku == new.sku
        && ours.quantity == new.quantity
        && ours.unit_price == new.unit_price
        && ours.discount_amount == new.discount_amount
        && ours.total_amount == new.total_amount
}

fn concern(ours: &Line, new: &Line, mollie_id: &MollieLineId) -> Concern {
    let text = format!(
        "Line {} ({mollie_id}, {}) equals line {}, which was added here, and nobody here added it: the same call may have had two effects, \
         and the shopper may pay twice for one thing. If nobody added it elsewhere, cancel line {} before it is shipped.",
        new.id, new.total_amount, ours.id, new.id
    );
    Concern {
        kind: ItemKind::SurplusLine,
        subject: mollie_id.to_string(),
        text: printable(&text),
        operation_id: None,
    }
}
