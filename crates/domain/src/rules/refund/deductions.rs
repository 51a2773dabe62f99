//! An order's deductions (gift cards, discounts as lines of their own) beside the goods that are refunded. The share of each is told,
//! never added: only the caller knows whether a gift card is restored instead. A discount is not restored, so where lines are
//! returned it goes along with its last goods: the shopper never paid what it took off them.

use super::left::{left, status_allows};
use super::lines::units;
use crate::rules::deduction::{goods_of, is_deduction};
use crate::rules::ids::LineId;
use crate::rules::line::LineType;
use crate::rules::money::Money;
use crate::rules::order::{Line, Order};
use crate::rules::part::Part;
use crate::rules::shipment::{LineSelection, ShipmentLine};
use crate::rules::status::Read;

/// Each deduction that has something left and is not among these lines, with its share in those of them that it takes money off: what
/// is left of it × goods refunded ÷ goods left, rounded half away from zero. Below zero.
#[must_use]
pub fn deductions_left(order: &Order, lines: &[ShipmentLine]) -> Vec<(LineId, Money)> {
    let is_named = |line: &&Line| lines.iter().any(|named| named.line_id == line.id);
    let unnamed = open_deductions(order).filter(|line| !is_named(line));
    let shares = unnamed.filter_map(|line| Some((line.id, share(order, line, lines)?)));
    shares.filter(|(_, share)| share.minor() != 0).collect()
}

fn open_deductions(order: &Order) -> impl Iterator<Item = &Line> {
    let is_open =
        |line: &&Line| is_deduction(line) && status_allows(line) && left(order, line).amount.minor() < 0;
    order.lines.iter().filter(is_open)
}

fn share(order: &Order, deduction: &Line, lines: &[ShipmentLine]) -> Option<Money> {
    let rest = left(order, deduction).amount;
    let refunded_of = |goods: &Line| {
        let of_line = lines.iter().filter(|line| line.line_id == goods.id);
        of_line.map(|line| i128::from(line.part.amount.minor()).max(0)).sum::<i128>()
    };
    let left_of = |goods: &Line| i128::from(left(order, goods).amount.minor()).max(0);
    let open = || goods_of(order, deduction).filter(|goods| status_allows(goods));
    let goods: i128 = open().map(left_of).sum();
    let refunded: i128 = open().map(refunded_of).sum();
    if goods == 0 {
        return None;
    }
    let doubled = i128::from(rest.minor()) * refunded.min(goods) * 2;
    let minor = (doubled.abs() + goods) / (2 * goods) * doubled.signum();
    Some(Money::from_minor(i64::try_from(minor).ok()?, rest.currency()))
}

/// The rest of each discount that goes along with goods that come back: of those it takes money off, `wanted` has some, and what is
/// then left, or may still be shipped, no longer outweighs it. `canceled`: what is canceled in the same request.
#[must_use]
pub fn discounts_along(
    order: &Order,
    wanted: &[LineSelection],
    canceled: &[ShipmentLine],
) -> Vec<LineSelection> {
    // What cannot be had is refused where it is planned.
    let Ok(refunded) = units(order, wanted) else { return Vec::new() };
    let gone: Vec<_> = refunded.iter().chain(canceled).collect();
    let goes = |discount: &&Line| {
        let is_wanted = |goods: &Line| wanted.iter().any(|line| line.line_id == goods.id);
        let worth = goods_of(order, discount).map(|goods| still_worth(goods, &gone));
        let worth = worth.fold(0_i64, i64::saturating_add);
        goods_of(order, discount).any(is_wanted)
            && worth < left(order, discount).amount.minor().saturating_neg()
    };
    let is_named = |line: &&Line| wanted.iter().any(|named| named.line_id == line.id);
    let discounts = open_deductions(order).filter(|line| line.line_type == Read::Known(LineType::Discount));
    let along = discounts.filter(|line| !is_named(line)).filter(goes);
    let whole =
        |line: &Line| LineSelection { line_id: line.id, quantity: left(order, line).quantity, amount: None };
    along.map(whole).filter(|line| line.quantity > 0).collect()
}

/// What of the line is neither canceled nor given back, without these parts.
fn still_worth(line: &Line, gone: &[&ShipmentLine]) -> i64 {
    let all = Part { quantity: line.quantity, amount: line.total_amount };
    let rest = all.without(line.canceled).without(line.canceling).without(line.given_back());
    let of_line = gone.iter().filter(|gone| gone.line_id == line.id);
    of_line.fold(rest, |rest, gone| rest.without(gone.part)).amount.minor()
}
