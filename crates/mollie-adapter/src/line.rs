//! Order lines, both ways. Page addresses are plain fields in a request and links in an answer.

use domain::rules::amount::Remainder;
use domain::rules::field::Field;
use domain::rules::ids::MollieLineId;
use domain::rules::line::LineType;
use domain::rules::misread::Misread;
use domain::rules::money::Money;
use domain::rules::order::Line;
use domain::rules::part::Part;
use domain::rules::snapshot::LineSnapshot;
use domain::rules::status::{LineStatus, Read};
use serde::Serialize;
use serde_json::Value;

use crate::json::Object;
use crate::money::Amount;

/// A line of an order to create.
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
    #[serde(skip_serializing_if = "Option::is_none")]
    vat_rate: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vat_amount: Option<Amount>,
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
        let vat = Some((line.vat_rate.as_str(), line.vat_amount)).filter(|(rate, _)| !rate.is_empty());
        Self {
            line_type,
            category: line.category.as_deref(),
            name: &line.name,
            quantity: line.quantity,
            quantity_unit: line.quantity_unit.as_deref(),
            unit_price: line.unit_price.into(),
            discount_amount: line.discount_amount.map(Amount::from),
            total_amount: line.total_amount.into(),
            vat_rate: vat.map(|(rate, _)| rate),
            vat_amount: vat.map(|(_, amount)| amount.into()),
            sku: line.sku.as_deref(),
            image_url: line.image_url.as_deref(),
            product_url: line.product_url.as_deref(),
            metadata: line.metadata.as_ref(),
        }
    }
}

/// Reads a line of an order. Its `orderId` is ignored: published answers hold another order's.
pub fn read(line: &Object<'_>) -> Result<LineSnapshot, Misread> {
    let total_amount = line.required_money("totalAmount")?;
    let unit_price = line.required_money("unitPrice")?;
    let quantity = line.count("quantity")?.ok_or_else(|| line.wrong("quantity", "a number"))?;
    let whole = Remainder { quantity, amount: total_amount, unit_price };
    let part = |quantity: &str, amount: &str| read_part(line, quantity, amount, whole);
    let status = line.required_text("status")?;
    Ok(LineSnapshot {
        mollie_id: MollieLineId::new(line.id()?),
        line_type: line.loose_text("type").and_then(|word| Field::Value(line_type(word))),
        category: line.loose_text("category").value().cloned(),
        name: line.loose_text("name"),
        sku: line.loose_text("sku"),
        status: LineStatus::parse(&status).map_or(Read::Unknown(status), Read::Known),
        quantity,
        quantity_unit: line.loose_text("quantityUnit").value().cloned(),
        unit_price,
        discount_amount: line.some_money("discountAmount")?,
        total_amount,
        vat_rate: line.loose_text("vatRate"),
        vat_amount: line.loose_money("vatAmount"),
        image_url: line.loose_link("imageUrl").value().cloned(),
        product_url: line.loose_link("productUrl").value().cloned(),
        metadata: line.value("metadata").cloned(),
        is_cancelable: line.loose_flag("isCancelable"),
        created_time: line.loose_time("createdAt"),
        shipped: part("quantityShipped", "amountShipped")?,
        canceled: part("quantityCanceled", "amountCanceled")?,
        refunded: part("quantityRefunded", "amountRefunded")?,
    })
}

fn line_type(word: String) -> Read<LineType> {
    LineType::parse(&word).map_or(Read::Unknown(word), Read::Known)
}

/// A counter: units with their amount; `None` if it is left out. Mollie omits amounts of zero, so units without an amount are
/// worth nothing if that many of this line can be; otherwise their amount is unknown. Parts are summed, so one in a currency
/// other than the line's is an error.
fn read_part(
    line: &Object<'_>,
    quantity: &str,
    amount: &str,
    whole: Remainder,
) -> Result<Option<Part>, Misread> {
    let zero = Money::zero(whole.amount.currency());
    let reported = line.money(amount)?;
    if reported.is_some_and(|reported| reported.currency() != zero.currency()) {
        return Err(line.wrong(amount, format!("an amount in {}", zero.currency().code())));
    }
    let Some(quantity) = line.count(quantity)? else {
        return Ok(None);
    };
    let can_be_free = quantity == 0 || whole.bounds(quantity).is_some_and(|bounds| bounds.admit(zero));
    Ok(reported.or_else(|| can_be_free.then_some(zero)).map(|amount| Part { quantity, amount }))
}
