//! Whether two orders were created from the same draft, as in two tabs. Compared is what an order keeps of its draft: not the
//! parameters of the payment, which are wiped.

use super::address::Address;
use super::order::{Order, Personal, Terms};

/// `recorded`: the earlier order as it was recorded; `personal`: its persons as they are now. Mollie may have spelt those otherwise.
#[must_use]
pub fn is_same(recorded: &Order, personal: &Personal, new: &Order) -> bool {
    // What Mollie may refuse of a draft depends on the day.
    let agreed = |order: &Order| Terms { warnings: Vec::new(), warnings_left_out: 0, ..order.terms.clone() };
    recorded.profile == new.profile
        && agreed(recorded) == agreed(new)
        && recorded.lines == new.lines
        && is_same_person(personal, &new.personal)
}

fn is_same_person(one: &Personal, other: &Personal) -> bool {
    is_like(one.billing_address.as_ref(), other.billing_address.as_ref())
        && is_like(one.shipping_address.as_ref(), other.shipping_address.as_ref())
        && one.consumer_date_of_birth == other.consumer_date_of_birth
}

fn is_like(one: Option<&Address>, other: Option<&Address>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.is_like(other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

#[cfg(test)]
mod tests;
