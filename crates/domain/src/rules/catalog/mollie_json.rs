//! An order in the notation of Mollie's documents, read as a draft: what the examples, the published samples and the comparison
//! of two readings are written in. An unknown key is an error, so that no example changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::rules::address::AddressInput;
use crate::rules::agreements::Agreements;
use crate::rules::amount_input::AmountInput;
use crate::rules::draft::OrderInput;
use crate::rules::line::{LineInput, LineType};
use crate::rules::method_limits::MethodLimits;
use crate::rules::money::Money;
use crate::rules::payment::further::NAMES;
use crate::rules::text::snake_case;

/// The draft, and what the key `profile` says of the profile.
///
/// # Errors
/// A key that is unknown, or a value of another type, in words.
pub fn read(order: &Value) -> Result<(OrderInput, Agreements), String> {
    let (mut draft, mut agreements) = (OrderInput::default(), Agreements::default());
    for (key, value) in given(order)? {
        match key.as_str() {
            "orderNumber" => draft.order_number = text(value)?,
            "amount" => draft.amount = Some(amount(value)?),
            "lines" => {
                draft.lines =
                    list(value)?.iter().filter(|line| !line.is_null()).map(line).collect::<Result<_, _>>()?
            }
            "billingAddress" => draft.billing_address = Some(address(value)?),
            "shippingAddress" => draft.shipping_address = Some(address(value)?),
            "consumerDateOfBirth" => draft.consumer_date_of_birth = text(value)?,
            "redirectUrl" => draft.redirect_url = text(value)?,
            "cancelUrl" => draft.cancel_url = text(value)?,
            "locale" => draft.locale = text(value)?,
            "method" if value.is_string() => draft.methods = vec![text(value)?],
            "method" => draft.methods = list(value)?.iter().map(text).collect::<Result<_, _>>()?,
            "metadata" => draft.metadata = Some(value.clone()),
            "expiresAt" => draft.expires_on = text(value)?,
            "payment" => draft.payment.0.extend(payment(value)?),
            "shopperCountryMustMatchBillingCountry" => {
                draft.shopper_country_must_match_billing_country = value.as_bool();
            }
            // Ours at Mollie; callers have no say in it.
            "webhookUrl" => (),
            "profile" => agreements = profile(value)?,
            other => return Err(format!("an order has no {other}")),
        }
    }
    Ok((draft, agreements))
}

fn line(value: &Value) -> Result<LineInput, String> {
    let mut line = LineInput::default();
    for (key, value) in given(value)? {
        match key.as_str() {
            "type" => line.line_type = Some(LineType::parse(&text(value)?)),
            "category" => line.category = text(value)?,
            "name" => line.name = text(value)?,
            "quantity" => line.quantity = value.as_i64().ok_or("quantity is no whole number")?,
            "quantityUnit" => line.quantity_unit = text(value)?,
            "unitPrice" => line.unit_price = Some(amount(value)?),
            "discountAmount" => line.discount_amount = Some(amount(value)?),
            "totalAmount" => line.total_amount = Some(amount(value)?),
            "vatRate" => line.vat_rate = text(value)?,
            "vatAmount" => line.vat_amount = Some(amount(value)?),
            "sku" => line.sku = text(value)?,
            "imageUrl" => line.image_url = text(value)?,
            "productUrl" => line.product_url = text(value)?,
            "metadata" => line.metadata = Some(value.clone()),
            "reference" => line.reference = text(value)?,
            "plannedShipDate" => line.planned_ship_date = text(value)?,
            other => return Err(format!("a line has no {other}")),
        }
    }
    Ok(line)
}

fn address(value: &Value) -> Result<AddressInput, String> {
    let mut address = AddressInput::default();
    for (key, value) in given(value)? {
        let part = match key.as_str() {
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
            other => return Err(format!("an address has no {other}")),
        };
        *part = text(value)?;
    }
    Ok(address)
}

/// What has no field of its own in the API is a further parameter; the key `further_parameters` holds what a caller put there.
fn payment(value: &Value) -> Result<BTreeMap<String, String>, String> {
    let (mut own, mut further) = (Map::new(), Map::new());
    for (key, value) in given(value)? {
        match key.as_str() {
            "further_parameters" => {
                further.extend(given(value)?.map(|(key, value)| (key.clone(), value.clone())))
            }
            known if NAMES.contains(&known) => drop(own.insert(key.clone(), value.clone())),
            _ => drop(further.insert(key.clone(), value.clone())),
        }
    }
    let mut found = parameters(&Value::Object(own), "")?;
    if !further.is_empty() {
        found.insert("further_parameters".to_owned(), Value::Object(further).to_string());
    }
    Ok(found)
}

/// By their path in the API.
fn parameters(value: &Value, path: &str) -> Result<BTreeMap<String, String>, String> {
    let mut found = BTreeMap::new();
    for (key, value) in given(value)? {
        let path = format!("{path}{}", snake_case(key));
        if path == "webhook_url" {
            continue;
        }
        match value {
            Value::Object(_) if path == "extra_merchant_data" => {
                found.insert(path, value.to_string());
            }
            Value::Object(_) => found.extend(parameters(value, &format!("{path}."))?),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                found.insert(path, text(value)?);
            }
        }
    }
    Ok(found)
}

fn profile(value: &Value) -> Result<Agreements, String> {
    let mut agreements = Agreements::default();
    for (key, value) in given(value)? {
        match key.as_str() {
            "klarnaExpiryDays" => {
                let days = value.as_u64().and_then(|days| u16::try_from(days).ok());
                agreements.klarna_expiry_days = days.ok_or("klarnaExpiryDays is no number")?;
            }
            "strict" => {
                agreements.strict = list(value)?.iter().map(text).collect::<Result<BTreeSet<_>, _>>()?
            }
            "readsGetOrder" => agreements.reads_get_order = value.as_bool().unwrap_or_default(),
            "hasToken" => agreements.has_token = value.as_bool().unwrap_or_default(),
            "localeFallback" => agreements.locale_fallback = Some(text(value)?),
            "methods" => agreements.limits = list(value)?.iter().map(limits).collect::<Result<_, _>>()?,
            other => return Err(format!("a profile has no {other}")),
        }
    }
    Ok(agreements)
}

/// A method as Mollie lists it.
fn limits(method: &Value) -> Result<MethodLimits, String> {
    let mut limits = MethodLimits { id: String::new(), minimum: None, maximum: None };
    let money = |value| {
        let AmountInput { currency, value } = amount(value)?;
        Money::parse(&currency, &value).map_err(|error| error.to_string())
    };
    for (key, value) in given(method)? {
        match key.as_str() {
            "id" => limits.id = text(value)?,
            "minimumAmount" => limits.minimum = Some(money(value)?),
            "maximumAmount" => limits.maximum = Some(money(value)?),
            other => return Err(format!("the limits of a method have no {other}")),
        }
    }
    Ok(limits)
}

fn amount(value: &Value) -> Result<AmountInput, String> {
    let mut amount = AmountInput::default();
    for (key, value) in given(value)? {
        match key.as_str() {
            "currency" => amount.currency = text(value)?,
            "value" => amount.value = text(value)?,
            other => return Err(format!("an amount has no {other}")),
        }
    }
    Ok(amount)
}

/// The keys that are not `null`: that stands for one that is left out.
fn given(value: &Value) -> Result<impl Iterator<Item = (&String, &Value)>, String> {
    let fields: &Map<String, Value> = value.as_object().ok_or_else(|| format!("{value} is no object"))?;
    Ok(fields.iter().filter(|(_, value)| !value.is_null()))
}

fn list(value: &Value) -> Result<&Vec<Value>, String> {
    value.as_array().ok_or_else(|| format!("{value} is no list"))
}

fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("{value} is no text"))
}
