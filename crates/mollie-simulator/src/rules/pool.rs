//! The amount rule: how much a part of a line is worth, when pieces were sold together for one price.
//!
//! Shipping and canceling draw on one pool of a line: what is neither shipped nor canceled yet. Refunds draw on another: what
//! money was taken for, and not given back. All the rest of a pool is worth exactly the rest of its money; a part of it
//! exactly its unit price, unless the line was discounted. Then the discount may be spread at will, and the amount has to be
//! said.

use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::Fields;
use super::money::{Currency, Minor};
use super::records::{Line, Order, Share};
use super::switches::{PartialDiscountedLine, PartialMaximum, Switches};

/// What a part of a line may be worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    Exactly(Minor),
    /// Both ends included.
    Between(Minor, Minor),
}

/// What `quantity` pieces of what is left of `line` may be worth. `quantity` is at most that of `rest`.
pub fn worth(line: &Line, rest: Share, quantity: u32, maximum: PartialMaximum) -> Worth {
    if quantity == rest.quantity {
        // Only where more than the rest was accepted for an earlier part, nothing is left for the last one.
        let none_left = line.unit_price >= 0 && rest.amount < 0;
        return Worth::Exactly(if none_left { 0 } else { rest.amount });
    }
    let at_unit_price = line.unit_price * i64::from(quantity);
    if !line.is_discounted() {
        return Worth::Exactly(at_unit_price);
    }
    // What has to be taken now, if everything that stays behind is taken at its unit price later.
    let least = rest.amount - line.unit_price * i64::from(rest.quantity - quantity);
    if line.unit_price < 0 {
        // Mirrored. A "discount" makes such a line more negative still, so that the ends may change places.
        let (one, other) = (least.min(0), at_unit_price.max(rest.amount));
        return Worth::Between(one.min(other), one.max(other));
    }
    let most = match maximum {
        PartialMaximum::CappedByRest => at_unit_price.min(rest.amount),
        PartialMaximum::UnitPrice => at_unit_price,
    };
    Worth::Between(least.max(0), most)
}

/// A line of a request to ship, cancel or refund: where it stands, and what it asks for.
struct Wanted<'a> {
    fields: Fields<'a>,
    /// Position in the request, from 0.
    index: usize,
    quantity: Option<u32>,
    amount: Option<Minor>,
}

impl Wanted<'_> {
    /// The part of `rest` that is taken, or why it cannot be.
    fn part_of(
        &self,
        line: &Line,
        rest: Share,
        currency: Currency,
        switches: &Switches,
    ) -> Result<Share, Refusal> {
        let quantity = self.quantity.unwrap_or(rest.quantity);
        if quantity > rest.quantity || rest.quantity == 0 {
            let detail = format!(
                "The quantity is higher than the maximum quantity. The maximum quantity is {}.",
                rest.quantity
            );
            return Err(self.fields.refuse("quantity", detail));
        }
        let amount = match (worth(line, rest, quantity, switches.partial_maximum), self.amount) {
            (Worth::Exactly(exact), None) => exact,
            (Worth::Exactly(exact), Some(amount)) if amount == exact => exact,
            (Worth::Exactly(exact), Some(amount)) => {
                let detail = format!(
                    "Invalid amount specified. Must be exactly {}, got: {}.",
                    currency.spoken(exact),
                    currency.spoken(amount)
                );
                return Err(self.fields.refuse("amount", detail));
            }
            (Worth::Between(least, most), Some(amount)) if (least..=most).contains(&amount) => amount,
            (Worth::Between(least, most), Some(_)) => {
                return Err(self.out_of_range("", least, most, currency));
            }
            (Worth::Between(least, most), None) => match switches.partial_discounted_line {
                PartialDiscountedLine::Minimum => least,
                PartialDiscountedLine::Refused => {
                    let reason = "An amount is required for this API call. ";
                    return Err(self.out_of_range(reason, least, most, currency));
                }
            },
        };
        Ok(Share { quantity, amount })
    }

    fn out_of_range(&self, reason: &str, least: Minor, most: Minor, currency: Currency) -> Refusal {
        let detail = format!(
            "Line {} contains invalid data. {reason}The amount must be between {} and {}.",
            self.index,
            currency.spoken(least),
            currency.spoken(most)
        );
        let bounds =
            json!({ "minimumAmount": currency.amount(least), "maximumAmount": currency.amount(most) });
        self.fields.refuse("amount", detail).with_extra(bounds)
    }
}

/// Of each line what shipping and canceling may take.
pub fn unshipped(order: &Order) -> Vec<Share> {
    order.lines.iter().map(|line| if line.is_shippable() { line.rest() } else { Share::default() }).collect()
}

/// All of every pool that is not empty: position of the line, and what is taken of it.
pub fn whole(pools: &[Share]) -> Vec<(usize, Share)> {
    pools.iter().copied().enumerate().filter(|(_, rest)| rest.quantity > 0).collect()
}

/// The parts that a request names, out of the `pools` of the order's lines: position of the line, and what is taken of it.
/// They are taken one after the other, so that a line named twice draws twice on its pool.
pub fn read_named(
    wanted: &[Value],
    order: &Order,
    mut pools: Vec<Share>,
    switches: &Switches,
) -> Result<Vec<(usize, Share)>, Refusal> {
    let mut parts = Vec::new();
    for (index, value) in wanted.iter().enumerate() {
        let fields = Fields::nested(value, &format!("lines.{index}"))?;
        let (position, part) = read_part(fields, index, order, &pools, switches)?;
        if let Some(rest) = pools.get_mut(position) {
            rest.quantity -= part.quantity;
            rest.amount -= part.amount;
        }
        parts.push((position, part));
    }
    Ok(parts)
}

/// The part that one object of a request names, the one at `index`.
pub fn read_part(
    fields: Fields<'_>,
    index: usize,
    order: &Order,
    pools: &[Share],
    switches: &Switches,
) -> Result<(usize, Share), Refusal> {
    let currency = order.currency;
    let id = fields.required_text("id")?;
    let mut lines = order.lines.iter().zip(pools).enumerate();
    let named = lines.find(|(_, (line, _))| line.id == id);
    let (position, (line, rest)) = named.ok_or_else(|| {
        fields.refuse("id", format!("Line {index} contains invalid data. No line has id {id}."))
    })?;
    let quantity = fields.quantity("quantity")?;
    let amount = fields.money_in("amount", currency)?;
    let part = Wanted { fields, index, quantity, amount }.part_of(line, *rest, currency, switches)?;
    Ok((position, part))
}
