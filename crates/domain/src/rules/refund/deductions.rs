//! The share of an order's deductions (gift cards, discounts as lines of their own) in the goods that are refunded. It is told,
//! never added: only the caller knows whether a gift card is restored instead.

use super::left::{left, status_allows};
use crate::rules::ids::LineId;
use crate::rules::money::Money;
use crate::rules::order::Order;
use crate::rules::shipment::ShipmentLine;

/// Each deduction that has something left and is not among these lines, with its share in their goods: what is left of it ×
/// goods refunded ÷ goods left, rounded half away from zero. Below zero.
#[must_use]
pub fn deductions_left(order: &Order, lines: &[ShipmentLine]) -> Vec<(LineId, Money)> {
    let refunded = lines.iter().map(|line| i128::from(line.part.amount.minor())).filter(|minor| *minor > 0);
    let refunded: i128 = refunded.sum();
    let open = order.lines.iter().filter(|line| status_allows(line));
    let rests = open.map(|line| (line.id, left(order, line).amount));
    let (goods, deductions): (Vec<_>, Vec<_>) =
        rests.filter(|(_, rest)| rest.minor() != 0).partition(|(_, rest)| rest.minor() > 0);
    let goods: i128 = goods.iter().map(|(_, rest)| i128::from(rest.minor())).sum();
    let is_named = |id: LineId| lines.iter().any(|line| line.line_id == id);
    let of_goods = |rest: Money| {
        let doubled = i128::from(rest.minor()) * refunded.min(goods) * 2;
        let minor = (doubled.abs() + goods) / (2 * goods) * doubled.signum();
        Some(Money::from_minor(i64::try_from(minor).ok()?, rest.currency()))
    };
    let unnamed = deductions.into_iter().filter(|(id, _)| goods > 0 && !is_named(*id));
    let shares = unnamed.filter_map(|(id, rest)| Some((id, of_goods(rest)?)));
    shares.filter(|(_, share)| share.minor() != 0).collect()
}
