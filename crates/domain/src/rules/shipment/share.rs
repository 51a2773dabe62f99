//! What an invoice for a parcel needs beside its amounts: the VAT and the discount within them.

use crate::rules::money::Money;
use crate::rules::order::Order;
use crate::rules::shipment::{Share, ShipmentLine};
use crate::rules::vat::VatRate;

/// The shares of a parcel's lines, as the order has them when the parcel is recorded.
#[must_use]
pub fn shares(order: &Order, lines: &[ShipmentLine]) -> Vec<Share> {
    lines.iter().filter_map(|line| share(order, line)).collect()
}

fn share(order: &Order, shipped: &ShipmentLine) -> Option<Share> {
    let (line, amount) = (order.line(shipped.line_id)?, shipped.part.amount);
    let price = line.unit_price.minor().saturating_mul(shipped.part.quantity.into());
    let is_discounted = line.discount_amount.is_some_and(|discount| discount.minor() != 0);
    let vat = VatRate::parse(&line.vat_rate).map(|rate| rate.within(amount).nearest());
    let discount = Money::from_minor(price.saturating_sub(amount.minor()), amount.currency());
    Some(Share { line_id: line.id, vat, discount: is_discounted.then_some(discount) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::{euro, placed};
    use crate::rules::ids::LineId;
    use crate::rules::part::Part;
    use crate::rules::status::{LineStatus, OrderStatus};

    #[test]
    fn vat_and_discount_are_shares_of_what_is_shipped() {
        let mut order = placed(OrderStatus::Paid, LineStatus::Paid).order().clone();
        let line = &mut order.lines[0];
        (line.unit_price, line.discount_amount) = (euro("399.00"), Some(euro("100.00")));
        let one = |line, amount| ShipmentLine {
            line_id: LineId::new(line),
            part: Part { quantity: 1, amount: euro(amount) },
        };
        let [first, second] = shares(&order, &[one(1, "349.00"), one(2, "329.99")])[..] else {
            panic!("each line has its shares")
        };
        // 349.00 × 21 / 121 = 60.57, and 329.99 × 21 / 121 = 57.27.
        assert_eq!((first.vat, first.discount), (Some(euro("60.57")), Some(euro("50.00"))));
        assert_eq!((second.vat, second.discount), (Some(euro("57.27")), None));
        order.lines[0].vat_rate.clear();
        assert_eq!(shares(&order, &[one(1, "349.00"), one(9, "1.00")])[0].vat, None);
        assert_eq!(shares(&order, &[one(9, "1.00")]), []);
    }
}
