//! Every rule of creating an order, in the order of docs/rules.md.

#[cfg(test)]
mod document;
#[cfg(any(test, feature = "examples"))]
pub mod example;
#[cfg(any(test, feature = "examples"))]
pub mod mollie_json;

use super::draft::{expiry, locale, method, pages, reading, spread, sums};
use super::line::{price, vat};
use super::rule::Rule;
use super::{address, amount_input, email, line, payment, phone, web_address};

/// Every rule.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let order = [
        reading::RULES,
        locale::RULES,
        method::RULES,
        expiry::RULES,
        pages::RULES,
        sums::RULES,
        spread::RULES,
    ];
    let lines = [line::RULES, line::reading::RULES, price::RULES, vat::RULES];
    let parts = [amount_input::RULES, address::RULES, email::RULES, phone::RULES, web_address::RULES];
    let payments = [payment::RULES, payment::further::RULES];
    order.into_iter().chain(lines).chain(parts).chain(payments).flatten().copied()
}

#[cfg(test)]
mod tests;
