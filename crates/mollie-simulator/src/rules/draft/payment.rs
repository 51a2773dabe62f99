//! The payment object of a create request: parameters for the methods, each with its shape.
//!
//! The documents name more of them elsewhere ("has additional fields"), so that others are taken as they are.

use serde_json::{Map, Value};

use super::parameters::{COMPANY, Credential, Part, check_known};
use super::webhook::read_webhook_url;
use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::switches::Switches;

const TEXTS: [&str; 9] = [
    "cardToken",
    "consumerAccount",
    "customerId",
    "customerReference",
    "issuer",
    "mandateId",
    "sequenceType",
    "voucherNumber",
    "voucherPin",
];

/// What the rest of the request depends on, and what the order keeps.
pub struct PaymentWishes {
    pub sequence_type: String,
    pub has_apple_pay_token: bool,
    pub webhook_url: Option<String>,
}

impl PaymentWishes {
    pub fn read(top: &Fields<'_>, credential: Credential, switches: &Switches) -> Result<Self, Refusal> {
        let none = Value::Object(Map::new());
        let fields = Fields::nested(top.get("payment").unwrap_or(&none), "payment")?;
        Self::of(&fields, Part::Payment, credential, switches)
    }

    /// The same of the object that has the parameters in it.
    pub fn of(
        fields: &Fields<'_>,
        part: Part,
        credential: Credential,
        switches: &Switches,
    ) -> Result<Self, Refusal> {
        check_known(fields, part, credential, switches)?;
        for name in TEXTS {
            fields.text(name)?;
        }
        check_company(fields, credential, switches)?;
        check_application_fee(fields, credential, switches)?;
        Ok(Self {
            sequence_type: read_sequence_type(fields)?.to_owned(),
            has_apple_pay_token: fields.text("applePayPaymentToken")?.is_some_and(|token| !token.is_empty()),
            webhook_url: read_webhook_url(fields, switches)?.map(str::to_owned),
        })
    }
}

fn read_sequence_type<'a>(fields: &Fields<'a>) -> Result<&'a str, Refusal> {
    let sequence_type = fields.text("sequenceType")?.unwrap_or("oneoff");
    if ["oneoff", "first", "recurring"].contains(&sequence_type) {
        Ok(sequence_type)
    } else {
        Err(fields.refuse("sequenceType", "The sequenceType is invalid."))
    }
}

fn check_company(fields: &Fields<'_>, credential: Credential, switches: &Switches) -> Result<(), Refusal> {
    let Some(company) = fields.object("company")? else {
        return Ok(());
    };
    check_known(&company, Part::Company, credential, switches)?;
    COMPANY.into_iter().try_for_each(|name| company.text(name).map(drop))
}

/// Source: seed 3 shows a fee with both parts, and nowhere one without.
fn check_application_fee(
    fields: &Fields<'_>,
    credential: Credential,
    switches: &Switches,
) -> Result<(), Refusal> {
    let Some(fee) = fields.object("applicationFee")? else {
        return Ok(());
    };
    check_known(&fee, Part::ApplicationFee, credential, switches)?;
    fee.required_text("description")?;
    fee.required("amount", fee.money("amount")?).map(drop)
}
