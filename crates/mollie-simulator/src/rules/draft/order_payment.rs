//! The create order payment request: a method, and the parameters of a payment at the top of the body.

use jiff::civil::Date;
use serde_json::Value;

use super::method::Choice;
use super::parameters::{Credential, Part};
use super::payment::PaymentWishes;
use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::records::Line;
use crate::rules::switches::Switches;

/// A request for a further payment that no rule on fields objects to.
pub struct OrderPaymentDraft {
    /// Empty where it names none.
    pub methods: Vec<String>,
    pub webhook_url: Option<String>,
    pub sequence_type: Option<String>,
    pub due_date: Option<Date>,
}

/// Reads the body as create order reads `method` and `payment`; `lines` are those of the order.
pub fn read_order_payment(
    body: &Value,
    lines: &[Line],
    switches: &Switches,
) -> Result<OrderPaymentDraft, Refusal> {
    let fields = Fields::top(body)?;
    let wishes = PaymentWishes::of(&fields, Part::OrderPayment, Credential::ApiKey, switches)?;
    let choice = Choice::read(&fields, switches)?;
    choice.check_vouchers(&fields, lines, switches)?;
    let sequence_type = fields.get("sequenceType").map(|_| wishes.sequence_type);
    Ok(OrderPaymentDraft {
        methods: choice.methods,
        webhook_url: wishes.webhook_url,
        sequence_type,
        due_date: wishes.due_date,
    })
}
