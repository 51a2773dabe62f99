//! One line as create order, and later requests, send it: read it, and have it checked without the other lines.

use serde_json::Value;

use super::line_amounts::{check_price, check_total};
use super::line_vat::{check_vat, read_vat};
use super::parameters::{Credential, Part, check_known};
use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::money::Currency;
use crate::rules::records::{Line, LineStatus, LineType, Share};
use crate::rules::switches::{LineNumbers, Switches, UnlistedValues};

const CATEGORIES: [&str; 4] = ["meal", "eco", "gift", "sport_culture"];
const MAX_SKU: usize = 64;

/// The number that errors give to line `index`.
pub fn numbered(index: usize, switches: &Switches) -> usize {
    match switches.line_numbers_at_create {
        LineNumbers::FromZero => index,
        LineNumbers::FromOne => index + 1,
    }
}

/// Reads line `index` (from 0). Its id is still empty.
pub fn parse(value: &Value, index: usize, currency: Currency, switches: &Switches) -> Result<Line, Refusal> {
    let number = numbered(index, switches);
    read_line(&Fields::nested(value, &format!("lines.{number}"))?, number, currency, switches)
}

/// Reads a line wherever it stands. `number` is for error texts.
pub fn read_line(
    fields: &Fields<'_>,
    number: usize,
    currency: Currency,
    switches: &Switches,
) -> Result<Line, Refusal> {
    // A line has no parameter that depends on the credential.
    check_known(fields, Part::Line, Credential::ApiKey, switches)?;
    let line = read(fields, currency, switches)?;
    check_amounts(fields, &line, number, currency, switches)?;
    Ok(line)
}

/// Whether price, discount, total and VAT of a line fit together.
pub fn check_amounts(
    fields: &Fields<'_>,
    line: &Line,
    number: usize,
    currency: Currency,
    switches: &Switches,
) -> Result<(), Refusal> {
    check_total(fields, line, number, currency)?;
    check_price(fields, line, switches)?;
    check_vat(fields, line, number, currency, switches)
}

fn read(fields: &Fields<'_>, currency: Currency, switches: &Switches) -> Result<Line, Refusal> {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let money = |name: &str| fields.money_in(name, currency);
    Ok(Line {
        id: String::new(),
        line_type: read_type(fields)?,
        category: owned(read_category(fields, switches)?),
        name: fields.required_text("name")?.to_owned(),
        sku: owned(read_sku(fields)?),
        product_url: owned(fields.url("productUrl")?),
        image_url: owned(fields.url("imageUrl")?),
        metadata: fields.metadata()?,
        status: LineStatus::Created,
        quantity: fields.required("quantity", fields.quantity("quantity")?)?,
        quantity_unit: owned(fields.text("quantityUnit")?),
        unit_price: fields.required("unitPrice", money("unitPrice")?)?,
        discount: money("discountAmount")?,
        total: fields.required("totalAmount", money("totalAmount")?)?,
        vat: read_vat(fields, currency, switches)?,
        shipped: Share::default(),
        canceled: Share::default(),
        dropped: Share::default(),
        created_at: None,
    })
}

pub fn read_category<'a>(fields: &Fields<'a>, switches: &Switches) -> Result<Option<&'a str>, Refusal> {
    let category = fields.text("category")?;
    let is_fine = |category: &str| match switches.unlisted_values {
        UnlistedValues::Refused => CATEGORIES.contains(&category),
        UnlistedValues::Accepted => !category.is_empty(),
    };
    if category.is_none_or(is_fine) {
        Ok(category)
    } else {
        Err(fields.refuse("category", "The category is invalid."))
    }
}

pub fn read_sku<'a>(fields: &Fields<'a>) -> Result<Option<&'a str>, Refusal> {
    let sku = fields.text("sku")?;
    if sku.is_some_and(|sku| sku.chars().count() > MAX_SKU) {
        return Err(fields.refuse("sku", "The sku may be at most 64 characters long."));
    }
    Ok(sku)
}

pub fn read_type(fields: &Fields<'_>) -> Result<LineType, Refusal> {
    Ok(match fields.text("type")?.unwrap_or("physical") {
        "physical" => LineType::Physical,
        "discount" => LineType::Discount,
        "digital" => LineType::Digital,
        "shipping_fee" => LineType::ShippingFee,
        "store_credit" => LineType::StoreCredit,
        "gift_card" => LineType::GiftCard,
        "surcharge" => LineType::Surcharge,
        _ => return Err(fields.refuse("type", "The type is invalid.")),
    })
}
