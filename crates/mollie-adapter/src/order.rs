//! The requests that create an order and change one. Equal orders give equal bytes: Mollie recognises a repeat by its key and its body. Missing
//! values are left out; nothing is validated.

use domain::ports::{PlaceOrder, UpdateOrder};
use serde::Serialize;
use serde_json::Value;

use crate::address::AddressBody;
use crate::line::LineBody;
use crate::money::Amount;
use crate::payment;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderBody<'a> {
    amount: Amount,
    order_number: &'a str,
    lines: Vec<LineBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_address: Option<AddressBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address: Option<AddressBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consumer_date_of_birth: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_url: Option<&'a str>,
    webhook_url: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    locale: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<Method<'a>>,
    payment: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shopper_country_must_match_billing_country: Option<bool>,
}

/// A single method sends the shopper straight to it; several leave the choice to the shopper.
#[derive(Serialize)]
#[serde(untagged)]
enum Method<'a> {
    One(&'a str),
    Several(&'a [String]),
}

impl<'a> Method<'a> {
    const fn of(methods: &'a [String]) -> Option<Self> {
        match methods {
            [] => None,
            [one] => Some(Self::One(one.as_str())),
            several => Some(Self::Several(several)),
        }
    }
}

/// The body of `POST /orders`.
pub fn body(command: &PlaceOrder) -> Result<Vec<u8>, serde_json::Error> {
    let PlaceOrder { order, payment, hook_address } = command;
    let (terms, personal) = (&order.terms, &order.personal);
    serde_json::to_vec(&OrderBody {
        amount: terms.amount.into(),
        order_number: &terms.order_number,
        lines: order.lines.iter().map(LineBody::from).collect(),
        billing_address: personal.billing_address.as_ref().map(AddressBody::from),
        shipping_address: personal.shipping_address.as_ref().map(AddressBody::from),
        consumer_date_of_birth: personal.consumer_date_of_birth.map(|date| date.to_string()),
        redirect_url: terms.redirect_url.as_deref(),
        cancel_url: terms.cancel_url.as_deref(),
        webhook_url: hook_address,
        locale: &terms.locale,
        method: Method::of(&terms.methods),
        payment: payment::body(payment, hook_address),
        metadata: terms.metadata.as_ref(),
        expires_at: terms.expires_on.map(|date| date.to_string()),
        shopper_country_must_match_billing_country: terms.shopper_country_must_match_billing_country,
    })
}

/// What changes, and nothing else: some suppliers decline a body that repeats what they have (practice).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UpdateBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    order_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_address: Option<AddressBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address: Option<AddressBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_url: Option<&'a str>,
}

/// The body of `PATCH /orders/{id}`, or why it must not be sent.
pub fn update_body(command: &UpdateOrder) -> Result<Vec<u8>, String> {
    let UpdateOrder { order: _, terms, addresses } = command;
    let body = UpdateBody {
        order_number: terms.order_number.as_deref(),
        billing_address: addresses.billing_address.as_ref().map(AddressBody::from),
        shipping_address: addresses.shipping_address.as_ref().map(AddressBody::from),
        redirect_url: terms.redirect_url.as_deref(),
        cancel_url: terms.cancel_url.as_deref(),
    };
    match serde_json::to_vec(&body).map_err(|error| format!("the request cannot be written: {error}"))? {
        nothing if nothing == b"{}" => {
            Err("a change of an order without a value is never sent: Mollie wants at least one".to_owned())
        }
        body => Ok(body),
    }
}
