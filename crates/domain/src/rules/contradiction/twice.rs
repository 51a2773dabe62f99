//! Lines that an answer lists twice. Nobody knows which of them to believe, and together they would count double.

use std::collections::HashSet;

use crate::rules::field::Field;
use crate::rules::ids::MollieLineId;
use crate::rules::misread::Misread;
use crate::rules::order::{Line, Order};
use crate::rules::snapshot::{LineSnapshot, Snapshot};
use crate::rules::status::Read;

/// A line that is listed twice stays as it is known, its counters left out. Of such an answer no line is believed that is not known
/// by its id: others are told by their place, and a place is wrong where there are too many. Returns whether there are any.
pub(super) fn judge(order: &Order, snapshot: &mut Snapshot, doubts: &mut Vec<Misread>) -> bool {
    let (mut seen, mut twice) = (HashSet::new(), HashSet::<MollieLineId>::new());
    for (n, line) in snapshot.lines.iter().enumerate() {
        if !seen.insert(&line.mollie_id) {
            doubts.push(Misread::at(format!("lines[{n}].id"), "the line is listed twice"));
            twice.insert(line.mollie_id.clone());
        }
    }
    if twice.is_empty() {
        return false;
    }
    let (known, mut kept) = (order.lines_at_mollie(), HashSet::new());
    let lines = std::mem::take(&mut snapshot.lines).into_iter().filter_map(|line| {
        let ours = known.get(&line.mollie_id)?;
        let is_first = kept.insert(line.mollie_id.clone());
        is_first.then(|| if twice.contains(&line.mollie_id) { as_known(line, ours) } else { line })
    });
    snapshot.lines = lines.collect();
    true
}

fn as_known(line: LineSnapshot, ours: &Line) -> LineSnapshot {
    let status = match (ours.status, &ours.unknown_status) {
        (_, Some(word)) => Read::Unknown(word.clone()),
        (Some(status), None) => Read::Known(status),
        (None, None) => line.status,
    };
    LineSnapshot {
        mollie_id: line.mollie_id,
        line_type: Field::Value(ours.line_type.clone()),
        category: None,
        name: Field::Unreadable,
        sku: Field::Unreadable,
        status,
        quantity: ours.quantity,
        quantity_unit: None,
        unit_price: ours.unit_price,
        discount_amount: ours.discount_amount,
        total_amount: ours.total_amount,
        vat_rate: Field::Unreadable,
        vat_amount: Field::Unreadable,
        image_url: None,
        product_url: None,
        metadata: None,
        is_cancelable: Field::Unreadable,
        created_time: None,
        shipped: None,
        canceled: None,
        refunded: None,
    }
}
