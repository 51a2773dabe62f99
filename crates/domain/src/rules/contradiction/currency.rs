//! Sums in a currency other than the order's.

use crate::rules::misread::Misread;
use crate::rules::money::{Currency, Money};
use crate::rules::order::Order;

/// The order's currency: no other is ever believed.
pub(super) const fn currency(order: &Order) -> Currency {
    order.terms.amount.currency()
}

/// A sum in a foreign currency.
pub(super) fn foreign(field: impl Into<String>, reported: Money, currency: Currency) -> Misread {
    Misread::at(field, format!("{reported}, but the order is in {}", currency.code()))
}
