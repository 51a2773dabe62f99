//! Every rule of creating an order, in the order of docs/rules.md.

#[cfg(test)]
mod document;
#[cfg(any(test, feature = "examples"))]
pub mod example;
#[cfg(any(test, feature = "examples"))]
pub mod mollie_json;

use super::rule::Rule;
use super::{address, amount_input, draft, email, line, payment, phone, web_address};

/// Every rule.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let first = [draft::RULES].into_iter().chain(draft::OTHER_RULES);
    let lines = [line::RULES].into_iter().chain(line::OTHER_RULES);
    let others = [amount_input::RULES, address::RULES, email::RULES, phone::RULES, web_address::RULES];
    first.chain(lines).chain(others).chain([payment::RULES]).flatten().copied()
}

#[cfg(test)]
mod tests;
