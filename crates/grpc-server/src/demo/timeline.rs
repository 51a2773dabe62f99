//! What a demonstration prints: one line per step, with what was read back.

use crate::proto::{Amount, Order};

/// Prints a step and the order's state after it.
pub fn step(what: &str, order: &Order) {
    let lines: Vec<_> = order
        .lines
        .iter()
        .map(|line| {
            format!(
                "{}: {} of {} shipped, {} canceled",
                line.id, line.quantity_shipped, line.quantity, line.quantity_canceled
            )
        })
        .collect();
    println!("  {:<11} {what}", order.status_raw);
    if order.lines.iter().any(|line| line.quantity_shipped + line.quantity_canceled > 0) {
        println!("  {:<11}   lines {}", "", lines.join("; "));
    }
}

/// Prints something that belongs to the step before.
pub fn note(text: &str) {
    println!("  {:<11}   {text}", "");
}

/// An amount for people to read.
pub fn money(amount: Option<&Amount>) -> String {
    amount.map_or_else(|| "nothing".to_owned(), |amount| format!("{} {}", amount.value, amount.currency))
}
