//! Which parameters create order has, and which of them belong to access tokens.

use crate::rules::answer::Refusal;
use crate::rules::caller::Caller;
use crate::rules::fields::Fields;
use crate::rules::switches::{Switches, UnknownParameters};

/// With what a request comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// Stands for one profile and one mode.
    ApiKey,
    /// Of an organisation or an app: the request has to name the profile, and may ask for test mode.
    AccessToken,
}

impl Credential {
    pub(in crate::rules) fn of(caller: &Caller) -> Self {
        if caller.organisation.is_some() { Self::AccessToken } else { Self::ApiKey }
    }
}

/// An object in the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Order,
    Line,
    Address,
    Payment,
    Company,
    ApplicationFee,
    /// The body of create order payment: payment parameters and a method.
    OrderPayment,
    /// The body of update order.
    OrderUpdate,
    /// The body of manage order lines, one operation of it, and the data of one that names a line.
    LineOperations,
    LineOperation,
    ManagedLine,
    CanceledLine,
}

const ORDER: [&str; 15] = [
    "amount",
    "orderNumber",
    "lines",
    "billingAddress",
    "shippingAddress",
    "consumerDateOfBirth",
    "redirectUrl",
    "cancelUrl",
    "webhookUrl",
    "locale",
    "method",
    "payment",
    "metadata",
    "expiresAt",
    "shopperCountryMustMatchBillingCountry",
];
const MANAGED_LINE: [&str; 15] = [
    "id",
    "type",
    "category",
    "name",
    "quantity",
    "quantityUnit",
    "unitPrice",
    "discountAmount",
    "totalAmount",
    "vatRate",
    "vatAmount",
    "sku",
    "imageUrl",
    "productUrl",
    "metadata",
];
pub const LINE: [&str; 14] = [
    "type",
    "category",
    "name",
    "quantity",
    "quantityUnit",
    "unitPrice",
    "discountAmount",
    "totalAmount",
    "vatRate",
    "vatAmount",
    "sku",
    "imageUrl",
    "productUrl",
    "metadata",
];
/// In the order in which answers show them.
pub const ADDRESS: [&str; 12] = [
    "organizationName",
    "streetAndNumber",
    "streetAdditional",
    "postalCode",
    "city",
    "region",
    "country",
    "title",
    "givenName",
    "familyName",
    "email",
    "phone",
];
const PAYMENT: [&str; 14] = [
    "applePayPaymentToken",
    "cardToken",
    "company",
    "consumerAccount",
    "customerId",
    "customerReference",
    "dueDate",
    "extraMerchantData",
    "issuer",
    "mandateId",
    "sequenceType",
    "voucherNumber",
    "voucherPin",
    "webhookUrl",
];
const ORDER_PAYMENT: [&str; 15] = [
    "method",
    "applePayPaymentToken",
    "cardToken",
    "company",
    "consumerAccount",
    "customerId",
    "customerReference",
    "dueDate",
    "extraMerchantData",
    "issuer",
    "mandateId",
    "sequenceType",
    "voucherNumber",
    "voucherPin",
    "webhookUrl",
];
/// Source: seed 5.
pub const ORDER_UPDATE: [&str; 6] =
    ["billingAddress", "shippingAddress", "orderNumber", "redirectUrl", "cancelUrl", "webhookUrl"];
pub const COMPANY: [&str; 3] = ["registrationNumber", "vatNumber", "entityType"];
const APPLICATION_FEE: [&str; 2] = ["description", "amount"];
const TESTMODE: &str = "testmode";

/// Refuses parameters that the part does not have, where the switch says so.
pub fn check_known(
    fields: &Fields<'_>,
    part: Part,
    credential: Credential,
    switches: &Switches,
) -> Result<(), Refusal> {
    match switches.unknown_parameters {
        UnknownParameters::Ignored => Ok(()),
        UnknownParameters::Refused => {
            let of_tokens = match credential {
                Credential::ApiKey => &[],
                Credential::AccessToken => of_tokens(part),
            };
            fields.only(&[known(part), of_tokens].concat())
        }
    }
}

fn known(part: Part) -> &'static [&'static str] {
    match part {
        Part::Order => &ORDER,
        Part::Line => &LINE,
        Part::Address => &ADDRESS,
        Part::Payment => &PAYMENT,
        Part::Company => &COMPANY,
        Part::ApplicationFee => &APPLICATION_FEE,
        Part::OrderPayment => &ORDER_PAYMENT,
        Part::OrderUpdate => &ORDER_UPDATE,
        Part::LineOperations => &["operations"],
        Part::LineOperation => &["operation", "data"],
        Part::ManagedLine => &MANAGED_LINE,
        Part::CanceledLine => &["id", "quantity", "amount"],
    }
}

fn of_tokens(part: Part) -> &'static [&'static str] {
    match part {
        Part::Order => &["profileId", TESTMODE],
        Part::Payment => &["applicationFee"],
        Part::OrderPayment => &["applicationFee", TESTMODE],
        Part::OrderUpdate | Part::LineOperations => &[TESTMODE],
        Part::Line
        | Part::Address
        | Part::Company
        | Part::ApplicationFee
        | Part::LineOperation
        | Part::ManagedLine
        | Part::CanceledLine => &[],
    }
}

/// The parameters that say for whom the order is. An API key says it itself, and its mode was seen to be refused.
pub fn check_owner(fields: &Fields<'_>, credential: Credential) -> Result<(), Refusal> {
    let profile = fields.text("profileId")?;
    match credential {
        Credential::ApiKey if fields.has(TESTMODE) => Err(Refusal::no_parameter("body", TESTMODE)),
        Credential::ApiKey => Ok(()),
        Credential::AccessToken => {
            fields.required("profileId", profile)?;
            fields.flag(TESTMODE).map(drop)
        }
    }
}
