//! Whatever is given back in whatever steps, in units and in minor units nothing is left over.

use proptest::prelude::*;

use super::*;

/// One line of so many units at a price, less a discount, of which some were shipped; `captures`: for their share.
fn order(captures: bool, currency: &str, quantity: u32, unit: i64, discount: i64, shipped: u32) -> Order {
    let mut order = if captures { shipping() } else { paid() };
    let money = |minor| {
        Money::from_minor(
            minor,
            Money::parse(currency, "0").or(Money::parse(currency, "0.00")).unwrap().currency(),
        )
    };
    let none = Part { quantity: 0, amount: money(0) };
    let line = Line {
        quantity,
        unit_price: money(unit),
        discount_amount: Some(money(discount)),
        total_amount: money(unit * i64::from(quantity) - discount),
        shipped: none,
        canceled: none,
        refunded: none,
        payment_refunded: none,
        reserved: none,
        canceling: none,
        refunding: none,
        payment_refunding: none,
        ..order.lines[0].clone()
    };
    let share = line.remainder().share(shipped).unwrap_or(money(0));
    order.terms.amount = line.total_amount;
    order.payments[0].amount = line.total_amount;
    order.lines = vec![Line { shipped: Part { quantity: shipped, amount: share }, ..line }];
    order.beside = crate::rules::beside::Beside::none(money(0).currency());
    order
}

/// Settles both parts of a plan.
fn settle(order: &mut Order, plan: &Plan) {
    if let Some(canceled) = &plan.cancellation {
        for entry in ledger::ours(Pool::Canceled, Stage::Settled, &canceled.lines) {
            order.line_mut(entry.line_id.unwrap()).unwrap().enter(&entry);
        }
    }
    book(order, plan);
    if plan.refund.is_some() {
        reserve(order, plan, Stage::Settled);
    }
}

#[test]
fn a_currency_without_decimals_is_given_back_in_whole_units() {
    // 3 × 500 JPY less 100: 467 + 466 + 467.
    for captures in [true, false] {
        let mut order = order(captures, "JPY", 3, 500, 100, 1);
        let plan = planned(&order, &[(1, 1, 1)]);
        settle(&mut order, &plan);
        let back = order.lines[0].given_back().amount.minor() + order.lines[0].canceled.amount.minor();
        assert_eq!(back, if captures { 467 + 467 } else { 933 });
        assert_eq!(order.lines[0].available().quantity, 1);
    }
}

proptest! {
    /// Units come back or stay in any order: in the end all of them and every minor unit are accounted for, and never more of one sort
    /// than there is.
    #[test]
    fn all_that_is_given_back_sums_exactly(
        captures: bool,
        currency in prop::sample::select(vec!["EUR", "JPY", "HUF"]),
        (quantity, shipped) in (1_u32..12).prop_flat_map(|all| (Just(all), 0..=all)),
        unit in 1_i64..50_000,
        permille in 0_i64..900,
        steps in prop::collection::vec((0_u32..4, 0_u32..4), 1..12),
    ) {
        let discount = unit * i64::from(quantity) * permille / 1_000;
        let mut order = order(captures, currency, quantity, unit, discount, shipped);
        if captures && shipped == 0 {
            order.facts.status = Some(OrderStatus::Authorized);
            order.lines[0].status = Some(LineStatus::Authorized);
        }
        let (mut back, mut stays) = (0, 0);
        for (came_back, not_leaving) in steps.into_iter().chain([(shipped, quantity - shipped)]) {
            let came_back = came_back.min(shipped - back);
            let not_leaving = not_leaving.min(quantity - shipped - stays);
            if came_back + not_leaving == 0 {
                continue;
            }
            let wanted = [(1, came_back, not_leaving)];
            // A share may be worth nothing: it is booked without a refund.
            let plan = planned(&order, &wanted);
            settle(&mut order, &plan);
            (back, stays) = (back + came_back, stays + not_leaving);
            prop_assert_eq!(order.lines[0].available().quantity, quantity - shipped - stays);
        }
        let line = &order.lines[0];
        if captures {
            prop_assert_eq!(line.canceled.and(line.shipped), Part { quantity, amount: line.total_amount });
            prop_assert_eq!(line.given_back(), line.shipped);
        } else {
            prop_assert_eq!(line.given_back(), Part { quantity, amount: line.total_amount });
        }
    }
}
