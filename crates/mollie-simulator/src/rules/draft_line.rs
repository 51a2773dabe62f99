//! One line of a create request: read it, and check what can be checked without the other lines.

use serde_json::Value;

use super::answer::Refusal;
use super::fields::Fields;
use super::money::{Currency, Minor};
use super::records::{Line, LineStatus, LineType, LineVat, Share};
use super::switches::{LineNumbers, NegativePrice, PersonalFields, Switches};
use super::vat::VatRate;

const CATEGORIES: [&str; 4] = ["meal", "eco", "gift", "sport_culture"];
const MAX_SKU: usize = 64;

/// Reads line `index` (from 0). Its id is still empty.
pub fn parse(value: &Value, index: usize, currency: Currency, switches: &Switches) -> Result<Line, Refusal> {
    let number = match switches.line_numbers_at_create {
        LineNumbers::FromZero => index,
        LineNumbers::FromOne => index + 1,
    };
    let fields = Fields::nested(value, &format!("lines.{number}"))?;
    let line = read(&fields, currency, switches)?;
    check_total(&fields, &line, number, currency)?;
    check_price(&fields, &line, switches)?;
    check_vat(&fields, &line, number, currency, switches)?;
    Ok(line)
}

fn read(fields: &Fields<'_>, currency: Currency, switches: &Switches) -> Result<Line, Refusal> {
    let line_type = fields.text("type")?.map_or(Some(LineType::Physical), line_type);
    let category = fields.text("category")?;
    if category.is_some_and(|category| !CATEGORIES.contains(&category)) {
        return Err(fields.refuse("category", "The category is invalid."));
    }
    let sku = fields.text("sku")?;
    if sku.is_some_and(|sku| sku.chars().count() > MAX_SKU) {
        return Err(fields.refuse("sku", "The sku may be at most 64 characters long."));
    }
    Ok(Line {
        id: String::new(),
        line_type: line_type.ok_or_else(|| fields.refuse("type", "The type is invalid."))?,
        category: category.map(str::to_owned),
        name: fields.required_text("name")?.to_owned(),
        sku: sku.map(str::to_owned),
        product_url: fields.url("productUrl")?.map(str::to_owned),
        image_url: fields.url("imageUrl")?.map(str::to_owned),
        metadata: fields.metadata()?,
        status: LineStatus::Created,
        quantity: fields.required("quantity", fields.quantity("quantity")?)?,
        unit_price: fields.required("unitPrice", fields.money_in("unitPrice", currency)?)?,
        discount: fields.money_in("discountAmount", currency)?,
        total: fields.required("totalAmount", fields.money_in("totalAmount", currency)?)?,
        vat: read_vat(fields, currency, switches)?,
        shipped: Share::default(),
        canceled: Share::default(),
    })
}

fn read_vat(
    fields: &Fields<'_>,
    currency: Currency,
    switches: &Switches,
) -> Result<Option<LineVat>, Refusal> {
    let rate = fields.text("vatRate")?;
    let amount = fields.money_in("vatAmount", currency)?;
    match switches.personal_fields {
        PersonalFields::Optional if rate.is_none() && amount.is_none() => return Ok(None),
        PersonalFields::Optional | PersonalFields::Required => {}
    }
    let rate = VatRate::parse(fields.required("vatRate", rate)?).ok_or_else(|| {
        fields.refuse("vatRate", "The vatRate is invalid. It should be a percentage such as 21.00.")
    })?;
    Ok(Some(LineVat { rate, amount: fields.required("vatAmount", amount)? }))
}

fn line_type(text: &str) -> Option<LineType> {
    Some(match text {
        "physical" => LineType::Physical,
        "discount" => LineType::Discount,
        "digital" => LineType::Digital,
        "shipping_fee" => LineType::ShippingFee,
        "store_credit" => LineType::StoreCredit,
        "gift_card" => LineType::GiftCard,
        "surcharge" => LineType::Surcharge,
        _ => return None,
    })
}

/// Zero is allowed for every type: a free item, or a discount that came to nothing.
fn check_price(fields: &Fields<'_>, line: &Line, switches: &Switches) -> Result<(), Refusal> {
    match line.line_type {
        LineType::Discount | LineType::StoreCredit | LineType::GiftCard => {
            if line.unit_price > 0 {
                let detail = "The unitPrice should be negative for discounts, store credits and gift cards.";
                return Err(fields.refuse("unitPrice", detail));
            }
        }
        LineType::Physical | LineType::Digital | LineType::ShippingFee | LineType::Surcharge => {
            if line.unit_price < 0 && switches.negative_price_on_physical == NegativePrice::Refused {
                return Err(
                    fields.refuse("unitPrice", "The unitPrice cannot be negative for this type of line.")
                );
            }
        }
    }
    if line.discount.is_some_and(|discount| discount < 0) {
        return Err(fields.refuse("discountAmount", "The discountAmount cannot be negative."));
    }
    if line.unit_price >= 0 && line.total < 0 {
        return Err(
            fields.refuse("discountAmount", "The discountAmount cannot be higher than what it discounts.")
        );
    }
    Ok(())
}

fn check_total(fields: &Fields<'_>, line: &Line, number: usize, currency: Currency) -> Result<(), Refusal> {
    let discount = line.discount.unwrap_or(0);
    let expected = i128::from(line.unit_price) * i128::from(line.quantity) - i128::from(discount);
    if expected == i128::from(line.total) {
        return Ok(());
    }
    let Ok(expected) = Minor::try_from(expected) else {
        return Err(
            fields.refuse("totalAmount", format!("Order line {number} is invalid. The amount is too high."))
        );
    };
    let spoken = |minor| currency.spoken(minor);
    let less = if discount == 0 { String::new() } else { format!(" - {}", spoken(discount)) };
    let detail = format!(
        "Order line {number} is invalid. Total amount is off. Expected total amount to be {} ({} × {}{less}), got {}",
        spoken(expected),
        line.quantity,
        spoken(line.unit_price),
        spoken(line.total),
    );
    Err(fields.refuse("totalAmount", detail))
}

fn check_vat(
    fields: &Fields<'_>,
    line: &Line,
    number: usize,
    currency: Currency,
    switches: &Switches,
) -> Result<(), Refusal> {
    let Some(vat) = &line.vat else {
        return Ok(());
    };
    match line.line_type {
        LineType::GiftCard | LineType::StoreCredit if !vat.rate.is_zero() => {
            return Err(
                fields.refuse("vatRate", "The vatRate of gift cards and store credits should be 0.00.")
            );
        }
        LineType::GiftCard
        | LineType::StoreCredit
        | LineType::Physical
        | LineType::Discount
        | LineType::Digital
        | LineType::ShippingFee
        | LineType::Surcharge => {}
    }
    let expected = vat.rate.contained_in(line.total, switches.vat_half);
    if vat.amount == expected {
        return Ok(());
    }
    let detail = format!(
        "Order line {number} is invalid. VAT amount is off. Expected VAT amount to be {} ({} over {}), got {}",
        currency.spoken(expected),
        vat.rate.spoken(),
        currency.spoken(line.total),
        currency.spoken(vat.amount),
    );
    Err(fields.refuse("vatAmount", detail))
}
