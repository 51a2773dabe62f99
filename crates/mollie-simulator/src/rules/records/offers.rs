//! Which methods an order leaves to the shopper. Derived, never stored; the page itself is elsewhere.

use serde_json::Value;

use super::order::Order;
use super::payment::Payment;
use crate::rules::method::CHOICES;
use crate::rules::methods::facts::is_for_country;

impl Order {
    /// What a shopper may choose from, as far as the order itself says.
    pub(in crate::rules) fn offered_methods(&self) -> Vec<String> {
        let methods = if self.particulars.methods.is_empty() {
            CHOICES.into_iter().map(str::to_owned).collect()
        } else {
            self.particulars.methods.clone()
        };
        self.of_billing_country(methods)
    }

    /// Source: seeds 3 and 4, only methods of the billing country where the order asks for that. Inferred: a single one leaves
    /// nothing to restrict.
    fn of_billing_country(&self, methods: Vec<String>) -> Vec<String> {
        let address = self.particulars.billing_address.as_ref();
        let country = address.and_then(|parts| parts.get("country")).and_then(Value::as_str);
        match (self.particulars.shopper_country_must_match_billing_country, country, methods.as_slice()) {
            (true, Some(country), [_, _, ..]) => {
                methods.into_iter().filter(|method| is_for_country(method, country)).collect()
            }
            (true | false, Some(_) | None, _) => methods,
        }
    }

    /// What this attempt may be paid with.
    pub(in crate::rules) fn methods_for(&self, payment: &Payment) -> Vec<String> {
        if payment.methods.is_empty() {
            self.offered_methods()
        } else {
            self.of_billing_country(payment.methods.clone())
        }
    }
}
