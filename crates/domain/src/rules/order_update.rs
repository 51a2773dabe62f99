//! Changing an order's addresses, its number, and the pages the shopper comes back to (update order): what a caller may ask for, and
//! when. What is asked for here is set as it is; nothing can be taken away.

use jiff::{SignedDuration, Timestamp};

use super::address::{Address, AddressInput};
use super::agreements::Agreements;
use super::draft::{method, reading};
use super::number_refusal::{by_another, is_changing};
use super::order::{Order, Terms};
use super::precondition::{FailedPrecondition, PreconditionReason};
use super::request_error::RequestError;
use super::status::OrderStatus;
use super::violation::{Violation, Violations};
use super::web_address::{self, Schemes};

mod sealed;

/// What a caller wants changed; what is `None` stays as it is.
#[derive(Clone, Default)]
pub struct UpdateInput {
    pub billing_address: Option<AddressInput>,
    pub shipping_address: Option<AddressInput>,
    pub order_number: Option<String>,
    pub redirect_url: Option<String>,
    pub cancel_url: Option<String>,
}

/// A change in form.
#[derive(Clone, Debug)]
pub struct OrderUpdate {
    pub terms: NewTerms,
    pub addresses: NewAddresses,
}

/// What a change sets, without personal values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTerms {
    pub order_number: Option<String>,
    pub redirect_url: Option<String>,
    pub cancel_url: Option<String>,
    /// The addresses that are changed: `billing_address`, `shipping_address`.
    pub personal: Vec<String>,
}

/// The addresses that a change sets, whole. Personal: sealed until they are at Mollie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewAddresses {
    pub billing_address: Option<Address>,
    pub shipping_address: Option<Address>,
}

const BILLING: &str = "billing_address";
const SHIPPING: &str = "shipping_address";

impl UpdateInput {
    /// Checks the form by the rules for drafts. `of`: the order, where it is known; `path`: how the caller calls the change.
    ///
    /// # Errors
    /// Each fault with its path.
    pub fn parse(
        self,
        path: &str,
        of: Option<&Order>,
        agreements: &Agreements,
    ) -> Result<OrderUpdate, Vec<Violation>> {
        let mut faults = Violations::under(agreements.clone());
        let at = |field: &str| format!("{path}.{field}");
        if let Some(number) = &self.order_number {
            reading::number(number, &at("order_number"), &mut faults);
        }
        let mut page = |field: &str, text: &Option<String>| {
            let text = text.as_deref()?;
            if text.trim().is_empty() {
                faults.add(at(field), "update.value", "a value: Mollie cannot take it away", "nothing");
            }
            web_address::read(text, Schemes::Any, &at(field), &mut faults)
        };
        let redirect_url = page("redirect_url", &self.redirect_url);
        let cancel_url = page("cancel_url", &self.cancel_url);
        if let (Some(address), Some(order)) = (&self.billing_address, of) {
            method::organization(&order.terms.methods, address, &at(BILLING), &mut faults);
        }
        let mut address = |field: &str, input: Option<AddressInput>| {
            input.map(|input| input.parse(&at(field), &mut faults))
        };
        let addresses = NewAddresses {
            billing_address: address(BILLING, self.billing_address),
            shipping_address: address(SHIPPING, self.shipping_address),
        };
        let found = faults.into_findings().violations;
        if !found.is_empty() {
            return Err(found);
        }
        let terms = NewTerms {
            order_number: self.order_number,
            redirect_url,
            cancel_url,
            personal: addresses.names(),
        };
        Ok(OrderUpdate { terms, addresses })
    }
}

impl NewTerms {
    /// The fields that are set.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let texts = [
            ("order_number", &self.order_number),
            ("redirect_url", &self.redirect_url),
            ("cancel_url", &self.cancel_url),
        ];
        let set = texts.into_iter().filter(|(_, text)| text.is_some()).map(|(name, _)| name.to_owned());
        self.personal.iter().cloned().chain(set).collect()
    }

    /// What the order has in place of what is set.
    #[must_use]
    pub fn as_they_are(&self, order: &Order) -> Self {
        let Terms { order_number, redirect_url, cancel_url, .. } = &order.terms;
        Self {
            order_number: self.order_number.as_ref().map(|_| order_number.clone()),
            redirect_url: self.redirect_url.as_ref().and(redirect_url.clone()),
            cancel_url: self.cancel_url.as_ref().and(cancel_url.clone()),
            personal: Vec::new(),
        }
    }
}

impl NewAddresses {
    /// The fields that have one.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let is_set = [(BILLING, &self.billing_address), (SHIPPING, &self.shipping_address)];
        is_set.into_iter().filter(|(_, address)| address.is_some()).map(|(name, _)| name.to_owned()).collect()
    }

    /// To be sealed; `None` without any.
    #[must_use]
    pub fn to_secret(&self) -> Option<Vec<u8>> {
        let parts = [(BILLING, &self.billing_address), (SHIPPING, &self.shipping_address)];
        let entries =
            parts.into_iter().filter_map(|(name, address)| Some((name, address.as_ref()?.to_json())));
        let object = serde_json::Value::from_iter(entries);
        (!self.names().is_empty()).then(|| object.to_string().into_bytes())
    }

    /// What was sealed; `None`, if this release does not know it.
    #[must_use]
    pub fn from_secret(secret: Option<&[u8]>) -> Option<Self> {
        let Some(secret) = secret else { return Some(Self::default()) };
        let value: serde_json::Value = serde_json::from_slice(secret).ok()?;
        let read = |name: &str| value.get(name).map(Address::from_json);
        Some(Self {
            billing_address: read(BILLING).map_or(Some(None), |read| read.map(Some))?,
            shipping_address: read(SHIPPING).map_or(Some(None), |read| read.map(Some))?,
        })
    }
}

/// What Mollie does not take within a day is given up, and told: whoever asked for it has gone on.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);

/// Until when a change recorded now is tried.
#[must_use]
pub fn tried_until(now: Timestamp) -> Timestamp {
    now.saturating_add(PATIENCE).unwrap_or(Timestamp::MAX)
}

/// Refuses a change that Mollie does not take: of an order that it does not have, and of the pages once a payment has decided. And a
/// second new number while one is under way: an order can hold one.
///
/// # Errors
/// [`RequestError::State`], or [`RequestError::Blocked`] for the number.
pub fn check(order: &Order, terms: &NewTerms) -> Result<(), RequestError> {
    let refuse = |reason, text: String| Err(RequestError::State(FailedPrecondition::of_order(reason, text)));
    let Some(status) = order.facts.status else {
        let text = format!("The order is {}: Mollie has not confirmed it.", order.placement.as_str());
        return refuse(PreconditionReason::OrderNotPlaced, text);
    };
    let changes_pages = terms.redirect_url.is_some() || terms.cancel_url.is_some();
    if changes_pages && !may_return(status) {
        let text = format!(
            "The order's status is \"{}\": redirect_url and cancel_url can be changed until its payment is final.",
            status.as_str()
        );
        return refuse(PreconditionReason::PaymentFinal, text);
    }
    match (&terms.order_number, &order.renaming, &order.superseded) {
        (Some(_), Some(_), _) => Err(RequestError::Blocked(is_changing(order))),
        // It holds none, and keeps the one that it may get back.
        (Some(_), None, Some(superseded)) => Err(RequestError::Blocked(by_another(order, superseded))),
        (Some(_), None, None) | (None, _, _) => Ok(()),
    }
}

/// Whether a shopper may still come back from a payment (update order, redirectUrl and cancelUrl).
const fn may_return(status: OrderStatus) -> bool {
    match status {
        OrderStatus::Created | OrderStatus::Pending => true,
        OrderStatus::Authorized
        | OrderStatus::Paid
        | OrderStatus::Shipping
        | OrderStatus::Completed
        | OrderStatus::Canceled
        | OrderStatus::Expired => false,
    }
}

#[cfg(test)]
mod tests;
