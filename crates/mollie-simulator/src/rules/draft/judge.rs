//! The way into the rules of create order: for the API, and for callers who want a verdict on a body and no order.

use jiff::Timestamp;
use serde_json::Value;

use super::order::OrderDraft;
use super::parameters::Credential;
use crate::rules::answer::Refusal;
use crate::rules::switches::{ErrorTexts, FieldNames, Switches};

/// Whether Mollie, as `switches` have it, takes this create request that comes with an API key. The refusal is in the
/// words of the HTTP answer. A status of 500 stands for a body that Mollie was seen to break on.
pub fn judge_create(body: &Value, switches: &Switches, now: Timestamp) -> Result<(), Refusal> {
    judge_create_as(body, Credential::ApiKey, switches, now)
}

/// The same for either kind of credential.
pub fn judge_create_as(
    body: &Value,
    credential: Credential,
    switches: &Switches,
    now: Timestamp,
) -> Result<(), Refusal> {
    read_create(body, credential, switches, now).map(drop)
}

/// The draft in a create request, or why there is none.
pub fn read_create(
    body: &Value,
    credential: Credential,
    switches: &Switches,
    now: Timestamp,
) -> Result<OrderDraft, Refusal> {
    OrderDraft::parse(body, credential, switches, now).map_err(|refusal| as_answered(refusal, switches))
}

fn as_answered(refusal: Refusal, switches: &Switches) -> Refusal {
    let refusal = match switches.field_names {
        FieldNames::Dotted => refusal,
        FieldNames::Flat => Refusal { field: refusal.field.map(flat), ..refusal },
    };
    match switches.error_texts {
        ErrorTexts::Older => refusal,
        ErrorTexts::Newer => refusal.in_newer_words(),
    }
}

/// Lines keep their path: an official answer names `lines.0.amount`.
fn flat(field: String) -> String {
    match field.split_once('.') {
        Some(("payment", parameter)) => parameter.to_owned(),
        Some((address @ ("billingAddress" | "shippingAddress"), _)) => address.to_owned(),
        Some(_) | None => field,
    }
}
