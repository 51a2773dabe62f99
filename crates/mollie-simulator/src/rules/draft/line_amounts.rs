//! Prices and totals of one line of a create request.

use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::money::{Currency, Minor};
use crate::rules::records::Line;
use crate::rules::switches::{DiscountAbovePrice, NegativePrice, Switches};

/// Zero is allowed for every type: a free item, or a discount that came to nothing.
pub fn check_price(fields: &Fields<'_>, line: &Line, switches: &Switches) -> Result<(), Refusal> {
    if line.line_type.is_deduction() {
        if line.unit_price > 0 {
            let detail = "The unitPrice should be negative for discounts, store credits and gift cards.";
            return Err(fields.refuse("unitPrice", detail));
        }
    } else if line.unit_price < 0 && switches.negative_price_on_physical == NegativePrice::Refused {
        return Err(fields.refuse("unitPrice", "The unitPrice cannot be negative for this type of line."));
    }
    if line.discount.is_some_and(|discount| discount < 0) {
        return Err(fields.refuse("discountAmount", "The discountAmount cannot be negative."));
    }
    let is_overdone = line.unit_price >= 0 && line.total < 0;
    if is_overdone && switches.discount_above_price == DiscountAbovePrice::Refused {
        let detail = "The discountAmount cannot be higher than what it discounts.";
        return Err(fields.refuse("discountAmount", detail));
    }
    Ok(())
}

pub fn check_total(
    fields: &Fields<'_>,
    line: &Line,
    number: usize,
    currency: Currency,
) -> Result<(), Refusal> {
    let discount = line.discount.unwrap_or(0);
    let expected = i128::from(line.unit_price) * i128::from(line.quantity) - i128::from(discount);
    if expected == i128::from(line.total) {
        return Ok(());
    }
    let Ok(expected) = Minor::try_from(expected) else {
        return Err(
            fields.refuse("totalAmount", format!("Order line {number} is invalid. The amount is too high."))
        );
    };
    let spoken = |minor| currency.spoken(minor);
    let less = if discount == 0 { String::new() } else { format!(" - {}", spoken(discount)) };
    let detail = format!(
        "Order line {number} is invalid. Total amount is off. Expected total amount to be {} ({} × {}{less}), got {}",
        spoken(expected),
        line.quantity,
        spoken(line.unit_price),
        spoken(line.total),
    );
    Err(fields.refuse("totalAmount", detail))
}
