//! Order lines, both ways. Addresses of pages stand flat in a request and as links in an answer.

use domain::rules::ids::MollieLineId;
use domain::rules::line::LineType;
use domain::rules::money::Money;
use domain::rules::order::{Line, Part};
use domain::rules::snapshot::LineSnapshot;
use domain::rules::status::{LineStatus, Read};
use serde::Serialize;
use serde_json::Value;

use crate::json::{Object, ReadError};
use crate::money::Amount;

/// A line of an order to be created.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LineBody<'a> {
    #[serde(rename = "type")]
    line_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    name: &'a str,
    quantity: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity_unit: Option<&'a str>,
    unit_price: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_amount: Option<Amount>,
    total_amount: Amount,
    vat_rate: &'a str,
    vat_amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a Value>,
}

impl<'a> From<&'a Line> for LineBody<'a> {
    fn from(line: &'a Line) -> Self {
        let line_type = match &line.line_type {
            Read::Known(kind) => kind.as_str(),
            Read::Unknown(word) => word,
        };
        Self {
            line_type,
            category: line.category.as_deref(),
            name: &line.name,
            quantity: line.quantity,
            quantity_unit: line.quantity_unit.as_deref(),
            unit_price: line.unit_price.into(),
            discount_amount: line.discount_amount.map(Amount::from),
            total_amount: line.total_amount.into(),
            vat_rate: &line.vat_rate,
            vat_amount: line.vat_amount.into(),
            sku: line.sku.as_deref(),
            image_url: line.image_url.as_deref(),
            product_url: line.product_url.as_deref(),
            metadata: line.metadata.as_ref(),
        }
    }
}

/// Reads a line of an order. Its `orderId` is not looked at: published answers hold another order's.
pub fn read(line: &Object<'_>) -> Result<LineSnapshot, ReadError> {
    let total_amount = line.required_money("totalAmount")?;
    let zero = Money::zero(total_amount.currency());
    let part = |quantity: &str, amount: &str| read_part(line, quantity, amount, zero);
    let word = line.text("type")?.unwrap_or_else(|| LineType::Physical.as_str().to_owned());
    let status = line.required_text("status")?;
    Ok(LineSnapshot {
        mollie_id: MollieLineId::new(line.id()?),
        line_type: LineType::parse(&word).map_or(Read::Unknown(word), Read::Known),
        category: line.text("category")?,
        name: line.text("name")?.unwrap_or_default(),
        sku: line.text("sku")?,
        status: LineStatus::parse(&status).map_or(Read::Unknown(status), Read::Known),
        quantity: line.count("quantity")?.ok_or_else(|| line.wrong("quantity", "a number"))?,
        quantity_unit: line.text("quantityUnit")?,
        unit_price: line.required_money("unitPrice")?,
        discount_amount: line.some_money("discountAmount")?,
        total_amount,
        vat_rate: line.text("vatRate")?.unwrap_or_else(|| "0.00".to_owned()),
        vat_amount: line.money("vatAmount")?.unwrap_or(zero),
        image_url: line.link("imageUrl")?,
        product_url: line.link("productUrl")?,
        metadata: line.value("metadata").cloned(),
        shipped: part("quantityShipped", "amountShipped")?,
        canceled: part("quantityCanceled", "amountCanceled")?,
        refunded: part("quantityRefunded", "amountRefunded")?,
    })
}

/// A quantity with its amount, both zero where left out. Sums are made of parts, so a part in another currency than its
/// line's cannot be taken.
fn read_part(line: &Object<'_>, quantity: &str, amount: &str, zero: Money) -> Result<Part, ReadError> {
    let part = Part {
        quantity: line.count(quantity)?.unwrap_or(0),
        amount: line.some_money(amount)?.unwrap_or(zero),
    };
    if part.amount.currency() != zero.currency() {
        return Err(line.wrong(amount, format!("an amount in {}", zero.currency().code())));
    }
    Ok(part)
}
