//! What parcels may have to wait for. A deduction that is a line of its own travels in one piece: where shipments capture, a parcel
//! that it outweighs cannot take it along, and may not be captured without it either.

use crate::rules::line::LineReading;
use crate::rules::rule::Source::Ours;
use crate::rules::rule::rules;
use crate::rules::violation::Violations;

rules! {
    SPREAD order_deduction_spread = "order.deduction_spread", Warn, Ours("a deduction leaves in one piece, with goods that outweigh it"),
        "Where a method may only reserve the money, a line that takes more off than the dearest unit costs is better spread over the \
         goods, as their discount_amount.",
        refused [
            |order| { order["method"] = "klarna".into(); takes_off(order, "-400.00"); },
            |order| { order["method"] = serde_json::json!([]); takes_off(order, "-349.01"); },
        ],
        accepted [
            |order| { order["method"] = "klarna".into(); takes_off(order, "-349.00"); },
            |order| takes_off(order, "-400.00"),
            |order| {
                order["method"] = "klarna".into();
                (order["lines"][0]["quantity"], order["lines"][1]["type"]) = (1.into(), "shipping_fee".into());
                takes_off(order, "-400.00");
            },
            |order| {
                order["method"] = "klarna".into();
                order["lines"][0]["quantity"] = 1.into();
                drop(order["lines"][1].take());
                takes_off(order, "-298.99");
            },
        ];
}

/// Adds a gift card to an example.
#[cfg(any(test, feature = "examples"))]
fn takes_off(order: &mut serde_json::Value, price: &str) {
    let price = serde_json::json!({ "currency": "EUR", "value": price });
    let line = serde_json::json!({ "type": "gift_card", "name": "Card", "quantity": 1, "unitPrice": price, "vatRate": "0.00" });
    order["lines"].as_array_mut().into_iter().for_each(|lines| lines.push(line.clone()));
}

/// Warns of deductions that no unit of goods outweighs, if there is more than one unit to ship.
pub(super) fn check(
    lines: &[LineReading],
    may_reserve: bool,
    at: &impl Fn(&str) -> String,
    faults: &mut Violations,
) {
    let drafts = lines.iter().filter_map(|line| line.draft.as_ref());
    let goods: Vec<_> = drafts.filter(|line| line.line_type.is_goods()).collect();
    let units = goods.iter().fold(0_u32, |sum, line| sum.saturating_add(line.quantity));
    let dearest = goods.iter().map(|line| line.total_amount.minor() / i64::from(line.quantity.max(1))).max();
    let Some(dearest) = dearest.filter(|_| may_reserve && units > 1) else { return };
    for (n, line) in lines.iter().enumerate().filter(|(_, line)| line.takes_off()) {
        let Some(total) = line.total.filter(|total| total.minor() < dearest.saturating_neg()) else {
            continue;
        };
        let expected = "discount_amount on the lines of goods: a parcel that this outweighs waits for others";
        faults.breaks(at(&format!("lines[{n}].total_amount")), &SPREAD, expected, total.to_string());
    }
}
