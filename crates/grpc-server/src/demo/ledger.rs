//! The final comparison: what the service reports as ordered, shipped, canceled, captured and paid, against the simulator's
//! ledger.

use anyhow::{Context, Result};
use domain::rules::money::Money;
use serde_json::Value;

use super::Flow;
use super::client::Client;
use crate::proto::{Amount, Order};

/// Compares the sums and prints them; `false` if anything differs.
pub async fn check(client: &Client, order: &Order, flow: Flow) -> Result<bool> {
    let effects = client.ledger().await?;
    let at_mollie = |amount: &str| sum(&effects, order, amount);
    let ordered = money(order.amount.as_ref())?;
    let shipped = lines(order, |line| line.amount_shipped.as_ref())?;
    let canceled = lines(order, |line| line.amount_canceled.as_ref())?;
    let captured = money(order.amount_captured.as_ref())?;
    let mut comparison = Comparison { right: true };
    comparison.of("ordered", ordered, "ordered in the ledger", at_mollie("ordered")?);
    comparison.of("shipped", shipped, "shipped in the ledger", at_mollie("shipped")?);
    comparison.of("canceled", canceled, "canceled in the ledger", at_mollie("canceled")?);
    comparison.of("ordered", ordered, "shipped + canceled", shipped.plus(canceled)?);
    match flow {
        Flow::Authorized => {
            comparison.of("captured", captured, "captured in the ledger", at_mollie("captured")?);
            comparison.of("captured", captured, "shipped", shipped);
        }
        Flow::Paid => {
            comparison.of("shipped", shipped, "paid in the ledger", at_mollie("paid")?);
            comparison.of("ordered", ordered, "paid in the ledger", at_mollie("paid")?);
        }
    }
    println!();
    Ok(comparison.right)
}

struct Comparison {
    right: bool,
}

impl Comparison {
    fn of(&mut self, left: &str, a: Money, right: &str, b: Money) {
        let sign = if a == b { "=" } else { "≠" };
        println!("  {left} {a} {sign} {b} {right}");
        self.right &= a == b;
    }
}

fn money(amount: Option<&Amount>) -> Result<Money> {
    let amount = amount.context("the order has no such amount")?;
    Ok(Money::parse(&amount.currency, &amount.value)?)
}

fn lines(order: &Order, part: impl Fn(&crate::proto::OrderLine) -> Option<&Amount>) -> Result<Money> {
    let zero = Money::zero(money(order.amount.as_ref())?.currency());
    order.lines.iter().try_fold(zero, |sum, line| Ok(sum.plus(money(part(line))?)?))
}

/// The sum of one kind of amount over the order's effects.
fn sum(effects: &[Value], order: &Order, amount: &str) -> Result<Money> {
    let zero = Money::zero(money(order.amount.as_ref())?.currency());
    let ours = effects.iter().filter(|effect| effect["order_id"] == order.mollie_order_id.as_str());
    let amounts = ours.filter_map(|effect| effect["amounts"].get(amount));
    amounts.into_iter().try_fold(zero, |sum, amount| {
        let part = |name: &str| amount[name].as_str().unwrap_or_default();
        Ok(sum.plus(Money::parse(part("currency"), part("value"))?)?)
    })
}
