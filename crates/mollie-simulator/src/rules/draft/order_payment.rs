//! The create order payment request: a method, and the parameters of a payment at the top of the body.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::method::{Choice, only_one};
use super::parameters::{Credential, Part};
use super::payment::PaymentWishes;
use super::terms::read_terms;
use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::records::{Order, Terms};
use crate::rules::switches::{KlarnaExpiry, Switches};

/// A request for a further payment that no rule on fields objects to.
pub struct OrderPaymentDraft {
    /// The only one that there is to choose.
    pub method: Option<String>,
    /// Empty where it names none.
    pub methods: Vec<String>,
    pub webhook_url: Option<String>,
    pub sequence_type: Option<String>,
    pub terms: Terms,
}

/// Reads the body as create order reads `method` and `payment`.
pub fn read_order_payment(
    body: &Value,
    credential: Credential,
    order: &Order,
    switches: &Switches,
    now: Timestamp,
) -> Result<OrderPaymentDraft, Refusal> {
    let fields = Fields::top(body)?;
    let wishes = PaymentWishes::of(&fields, Part::OrderPayment, credential, switches)?;
    let choice = Choice::read(&fields, switches)?;
    choice.check_vouchers(&fields, &order.lines, switches)?;
    check_order(&fields, &choice, order, switches, now)?;
    let sequence_type = fields.get("sequenceType").map(|_| wishes.sequence_type);
    // Inferred: a request that names no method leaves the shopper the choice that the order leaves.
    let methods = if choice.methods.is_empty() { &order.particulars.methods } else { &choice.methods };
    let terms = read_terms(&fields, methods, switches, now)?;
    Ok(OrderPaymentDraft {
        method: only_one(methods),
        methods: choice.methods,
        webhook_url: wishes.webhook_url,
        sequence_type,
        terms,
    })
}

/// What the method asks of its order. Inferred: it asks that of an order that is there as of one that is created with it.
fn check_order(
    fields: &Fields<'_>,
    choice: &Choice,
    order: &Order,
    switches: &Switches,
    now: Timestamp,
) -> Result<(), Refusal> {
    let address = order.particulars.billing_address.as_ref();
    let has_organization = address.is_some_and(|parts| parts.contains_key("organizationName"));
    if choice.is_only("billie") && !has_organization {
        let detail = "The following fields of the billingAddress are missing: organizationName";
        return Err(fields.refuse("method", detail));
    }
    let is_too_late = order.expires_at.duration_since(now) > SignedDuration::from_hours(28 * 24);
    match switches.klarna_beyond_28_days {
        KlarnaExpiry::Refused if choice.is_klarna_only() && is_too_late => {
            Err(fields.refuse("method", "The order expires too late for this payment method."))
        }
        KlarnaExpiry::Refused | KlarnaExpiry::Agreed => Ok(()),
    }
}
