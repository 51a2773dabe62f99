//! The final comparison: what the service reports of an order's money, and the simulator's ledger, in two columns.

use anyhow::{Context, Result};
use domain::rules::money::Money;
use serde_json::Value;

use super::client::Client;
use crate::proto::{Amount, Order, PaymentStatus};

/// Compares the sums and prints them; `false` if anything differs.
pub async fn check(client: &Client, order: &Order) -> Result<bool> {
    let effects = client.ledger().await?;
    let at_mollie = |amount: &str| sum(&effects, order, amount);
    let shipped = lines(order, |line| line.amount_shipped.as_ref())?;
    let canceled = lines(order, |line| line.amount_canceled.as_ref())?;
    let paid = order.payments.iter().filter(|payment| payment.status() == PaymentStatus::Paid);
    let none = Money::zero(shipped.currency());
    let mut rows = vec![
        ("ordered", lines(order, |line| line.total_amount.as_ref())?, last(&effects, order, "ordered")?),
        ("shipped", shipped, at_mollie("shipped")?),
        ("canceled", canceled, at_mollie("canceled")?),
        (
            "refunded",
            order.amount_refunded.as_ref().map_or(Ok(none), |it| money(Some(it)))?,
            at_mollie("refunded")?,
        ),
    ];
    if order.authorized_time.is_some() {
        let captured = order.amount_captured.as_ref().map_or(Ok(none), |it| money(Some(it)))?;
        rows.push(("captured", captured, at_mollie("captured")?));
        rows.push(("shipped", shipped, at_mollie("captured")?));
    } else {
        let paid = paid.map(|payment| money(payment.amount.as_ref()));
        let paid = paid.into_iter().try_fold(none, |sum, amount| anyhow::Ok(sum.plus(amount?)?))?;
        rows.push(("paid", paid, at_mollie("paid")?));
    }
    Ok(table(&rows))
}

/// Prints the rows in aligned columns; `false` if one differs.
fn table(rows: &[(&str, Money, Money)]) -> bool {
    let texts = rows.iter().map(|(name, ours, theirs)| {
        let mark = if ours == theirs { "" } else { "  ≠" };
        (*name, ours.to_string(), theirs.to_string(), mark)
    });
    let texts: Vec<_> = texts.collect();
    let width =
        texts.iter().flat_map(|(_, ours, theirs, _)| [ours.len(), theirs.len()]).max().unwrap_or(0).max(7);
    println!("  {:<10} {:>width$} | {:>width$}", "", "service", "ledger");
    for (name, ours, theirs, mark) in &texts {
        println!("  {name:<10} {ours:>width$} | {theirs:>width$}{mark}");
    }
    println!();
    rows.iter().all(|(_, ours, theirs)| ours == theirs)
}

fn money(amount: Option<&Amount>) -> Result<Money> {
    let amount = amount.context("the order has no such amount")?;
    Ok(Money::parse(&amount.currency, &amount.value)?)
}

fn lines(order: &Order, part: impl Fn(&crate::proto::OrderLine) -> Option<&Amount>) -> Result<Money> {
    let zero = Money::zero(money(order.amount.as_ref())?.currency());
    order.lines.iter().try_fold(zero, |sum, line| Ok(sum.plus(money(part(line))?)?))
}

/// What the order's last effect with such an amount says: a change of lines says anew what is ordered. Nothing, if there is none.
fn last(effects: &[Value], order: &Order, amount: &str) -> Result<Money> {
    let has_it = |effect: &&Value| {
        effect["order_id"] == order.mollie_order_id.as_str() && effect["amounts"].get(amount).is_some()
    };
    let Some(last) = effects.iter().rfind(has_it) else {
        return Ok(Money::zero(money(order.amount.as_ref())?.currency()));
    };
    sum(std::slice::from_ref(last), order, amount)
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
