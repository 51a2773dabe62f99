//! The update order request: any of six fields, each judged as at create.

use serde_json::{Map, Value};

use super::parameters::{Credential, ORDER_UPDATE, Part, check_known};
use super::particulars::read_address;
use super::webhook::read_webhook_url;
use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::records::Particulars;
use crate::rules::switches::Switches;

/// What an update gives the order. What is `None` stays as it is.
pub struct OrderUpdate {
    pub billing_address: Option<Map<String, Value>>,
    pub shipping_address: Option<Map<String, Value>>,
    pub order_number: Option<String>,
    pub redirect_url: Option<String>,
    pub cancel_url: Option<String>,
    pub webhook_url: Option<String>,
    /// The fields that were sent, as they were sent.
    pub sent: Map<String, Value>,
}

/// Reads the body. Null counts as not sent, as at create, so that nothing can be taken away by an update.
pub fn read_order_update(
    body: &Value,
    present: &Particulars,
    switches: &Switches,
) -> Result<OrderUpdate, Refusal> {
    let fields = Fields::top(body)?;
    check_known(&fields, Part::OrderUpdate, Credential::ApiKey, switches)?;
    let sent: Map<String, Value> = ORDER_UPDATE
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), fields.get(name)?.clone())))
        .collect();
    if sent.is_empty() {
        // Source of the rule: seed 5. The text is ours.
        return Err(Refusal::unprocessable(
            "At least one of the parameters of the order should be provided.",
        ));
    }
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let for_billie = matches!(present.methods.as_slice(), [method] if method == "billie");
    let order_number = sent.contains_key("orderNumber").then(|| fields.required_text("orderNumber"));
    Ok(OrderUpdate {
        billing_address: read_address(&fields, "billingAddress", for_billie, switches)?,
        shipping_address: read_address(&fields, "shippingAddress", false, switches)?,
        order_number: owned(order_number.transpose()?),
        redirect_url: owned(fields.url("redirectUrl")?),
        cancel_url: owned(fields.url("cancelUrl")?),
        webhook_url: owned(read_webhook_url(&fields, switches)?),
        sent,
    })
}
