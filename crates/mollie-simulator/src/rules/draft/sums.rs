//! What the lines of a create request have to be together.

use std::collections::BTreeMap;

use super::line::numbered;
use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::money::{Currency, Minor};
use crate::rules::records::{Line, LineType};
use crate::rules::switches::{DiscountRate, FirstPaymentOfNothing, NegativeVatPerRate, Switches};
use crate::rules::vat::VatRate;

pub fn check_sum(
    fields: &Fields<'_>,
    lines: &[Line],
    currency: Currency,
    amount: Minor,
) -> Result<(), Refusal> {
    let sum: i128 = lines.iter().map(|line| i128::from(line.total)).sum();
    if sum == i128::from(amount) {
        return Ok(());
    }
    let expected = Minor::try_from(sum).map_or_else(|_| "more".to_owned(), |sum| currency.spoken(sum));
    let detail = format!(
        "The amount of the order does not match the total amount from the order lines. Expected order amount to be \
         {expected} but got {}",
        currency.spoken(amount)
    );
    Err(fields.refuse("amount", detail))
}

/// Only a first payment, made for the mandate that comes of it, may cost nothing.
pub fn check_amount(
    fields: &Fields<'_>,
    amount: Minor,
    sequence_type: &str,
    switches: &Switches,
) -> Result<(), Refusal> {
    let least = match switches.first_payment_of_nothing {
        FirstPaymentOfNothing::Accepted if sequence_type == "first" => 0,
        FirstPaymentOfNothing::Accepted | FirstPaymentOfNothing::Refused => 1,
    };
    if amount < least {
        return Err(fields.refuse("amount", "The amount is lower than the minimum."));
    }
    Ok(())
}

pub fn check_vat_sums(fields: &Fields<'_>, lines: &[Line], switches: &Switches) -> Result<(), Refusal> {
    let mut total = 0_i128;
    let mut of_rates: BTreeMap<i64, i128> = BTreeMap::new();
    for vat in lines.iter().filter_map(|line| line.vat.as_ref()) {
        let amount = i128::from(vat.amount.unwrap_or_default());
        total += amount;
        if let Some(rate) = &vat.rate {
            *of_rates.entry(rate.key()).or_default() += amount;
        }
    }
    if total < 0 {
        return Err(fields.refuse("lines", "The total VAT amount of the order lines cannot be negative."));
    }
    match switches.negative_vat_per_rate {
        NegativeVatPerRate::Refused if of_rates.values().any(|sum| *sum < 0) => {
            Err(fields
                .refuse("lines", "The VAT amount of the order lines cannot be negative for any VAT rate."))
        }
        NegativeVatPerRate::Refused | NegativeVatPerRate::Accepted => Ok(()),
    }
}

/// A discount has the VAT rate of the goods it reduces; one for goods of two rates is two lines.
pub fn check_discount_rates(lines: &[Line], switches: &Switches) -> Result<(), Refusal> {
    match switches.discount_rate {
        DiscountRate::Any => return Ok(()),
        DiscountRate::OfTheGoods => {}
    }
    let of_goods: Vec<i64> =
        lines.iter().filter(|line| !line.line_type.is_deduction()).filter_map(rate).collect();
    let is_stray = |line: &Line| {
        line.line_type == LineType::Discount && rate(line).is_some_and(|rate| !of_goods.contains(&rate))
    };
    let Some(index) = lines.iter().position(is_stray) else {
        return Ok(());
    };
    let number = numbered(index, switches);
    let detail = format!(
        "Order line {number} is invalid. The VAT rate of a discount should be that of what it reduces."
    );
    Err(Refusal::field(format!("lines.{number}.vatRate"), detail))
}

fn rate(line: &Line) -> Option<i64> {
    line.vat_rate().map(VatRate::key)
}
