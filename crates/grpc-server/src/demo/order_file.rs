//! Reads an order file as a draft of the API.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::order_form;
use crate::convert::value::from_json;
use crate::proto;

/// The order from Mollie's documentation.
const DOCUMENTED: &str = include_str!("../../demo/lego.json");

/// The accepted forms of an order file.
const FORMS: &str = "the order file is neither the JSON of a CreateOrderRequest of this service, such as docs/first-order.json, nor \
                     that of Mollie's \"Create order\", such as tests/orders/second-order.json";

/// Fields of Mollie's request that the service or the demonstration sets itself.
const LEFT_OUT: [&str; 3] = ["webhookUrl", "method", "payment"];

/// The file's JSON, or the documented order; an error if it is not an object or holds an unknown field.
pub fn read(file: Option<&Path>) -> Result<Value> {
    let text = match file {
        Some(file) => {
            std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?
        }
        None => DOCUMENTED.to_owned(),
    };
    let order = order_form::parse(&text).context(FORMS)?;
    draft(&order, "", "").context(FORMS)?;
    Ok(order)
}

/// The draft for one method and order number.
pub fn draft(order: &Value, order_number: &str, method: &str) -> Result<proto::OrderDraft> {
    let fields = order.as_object().context("an object is expected")?;
    let mut draft = proto::OrderDraft {
        order_number: order_number.to_owned(),
        method: vec![method.to_owned()],
        ..proto::OrderDraft::default()
    };
    for (name, value) in fields.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str())) {
        match name.as_str() {
            "orderNumber" => (),
            "amount" => draft.amount = Some(amount(value)?),
            "lines" => draft.lines = lines(value)?,
            "billingAddress" => draft.billing_address = Some(address(value)?),
            "shippingAddress" => draft.shipping_address = Some(address(value)?),
            "consumerDateOfBirth" => draft.consumer_date_of_birth = text(name, value)?,
            "redirectUrl" => draft.redirect_url = text(name, value)?,
            "cancelUrl" => draft.cancel_url = text(name, value)?,
            "locale" => draft.locale = text(name, value)?,
            "metadata" => draft.metadata = Some(from_json(value)),
            "expiresAt" => draft.expires_on = text(name, value)?,
            "shopperCountryMustMatchBillingCountry" => {
                draft.shopper_country_must_match_billing_country = value.as_bool()
            }
            unknown => bail!(
                "{unknown} is not a parameter of Mollie's \"Create order\" that this demonstration knows"
            ),
        }
    }
    Ok(draft)
}

fn lines(value: &Value) -> Result<Vec<proto::OrderLineDraft>> {
    let lines = value.as_array().context("lines: a list is expected")?;
    (0..)
        .zip(lines)
        .map(|(n, value): (usize, _)| line(value).with_context(|| format!("lines[{n}]")))
        .collect()
}

fn line(value: &Value) -> Result<proto::OrderLineDraft> {
    let mut line = proto::OrderLineDraft::default();
    for (name, value) in value.as_object().context("lines: objects are expected")? {
        match name.as_str() {
            "type" => line.r#type = line_type(&text(name, value)?)?,
            "category" => line.category = text(name, value)?,
            "name" => line.name = text(name, value)?,
            "quantity" => line.quantity = value.as_i64().context("quantity: a whole number is expected")?,
            "quantityUnit" => line.quantity_unit = text(name, value)?,
            "unitPrice" => line.unit_price = Some(amount(value)?),
            "discountAmount" => line.discount_amount = Some(amount(value)?),
            "totalAmount" => line.total_amount = Some(amount(value)?),
            "vatRate" => line.vat_rate = text(name, value)?,
            "vatAmount" => line.vat_amount = Some(amount(value)?),
            "sku" => line.sku = text(name, value)?,
            "imageUrl" => line.image_url = text(name, value)?,
            "productUrl" => line.product_url = text(name, value)?,
            "metadata" => line.metadata = Some(from_json(value)),
            // Not Mollie's: they stay here.
            "plannedShipDate" => line.planned_ship_date = text(name, value)?,
            "reference" => line.reference = text(name, value)?,
            unknown => bail!("lines: {unknown} is not a parameter of a line"),
        }
    }
    Ok(line)
}

fn line_type(word: &str) -> Result<i32> {
    let name = format!("ORDER_LINE_TYPE_{}", word.to_ascii_uppercase());
    proto::OrderLineType::from_str_name(&name)
        .map(i32::from)
        .with_context(|| format!("{word} is not a type of lines"))
}

fn address(value: &Value) -> Result<proto::Address> {
    let mut address = proto::Address::default();
    for (name, value) in value.as_object().context("addresses: objects are expected")? {
        let field = match name.as_str() {
            "organizationName" => &mut address.organization_name,
            "title" => &mut address.title,
            "givenName" => &mut address.given_name,
            "familyName" => &mut address.family_name,
            "email" => &mut address.email,
            "phone" => &mut address.phone,
            "streetAndNumber" => &mut address.street_and_number,
            "streetAdditional" => &mut address.street_additional,
            "postalCode" => &mut address.postal_code,
            "city" => &mut address.city,
            "region" => &mut address.region,
            "country" => &mut address.country,
            unknown => bail!("addresses: {unknown} is not a part of an address"),
        };
        *field = text(name, value)?;
    }
    Ok(address)
}

fn amount(value: &Value) -> Result<proto::Amount> {
    let part = |name| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let (currency, value) = (part("currency"), part("value"));
    Ok(proto::Amount {
        currency: currency.context("amounts: a currency as text is expected")?,
        value: value.context("amounts: a value as text is expected")?,
    })
}

fn text(name: &str, value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("{name}: a text is expected"))
}
