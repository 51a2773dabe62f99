//! Order lines as documents.

use domain::rules::ids::{LineId, MollieLineId};
use domain::rules::line::LineType;
use domain::rules::order::Line;
use domain::rules::part::Part;
use domain::rules::status::LineStatus;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::money::{MoneyDocument, PartDocument};
use super::word::{WordDocument, word};
use super::{Misfit, optional, present};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LineDocument {
    id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    mollie_id: Option<String>,
    line_type: WordDocument,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    quantity: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity_unit: Option<String>,
    unit_price: MoneyDocument,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_amount: Option<MoneyDocument>,
    total_amount: MoneyDocument,
    vat_rate: String,
    vat_amount: MoneyDocument,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    metadata: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    planned_ship_date: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_cancelable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown_status: Option<String>,
    shipped: PartDocument,
    canceled: PartDocument,
    refunded: PartDocument,
    payment_refunded: PartDocument,
    reserved: PartDocument,
    /// Left out where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    canceling: Option<PartDocument>,
    refunding: PartDocument,
    payment_refunding: PartDocument,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_changing: bool,
    #[serde(default, skip_serializing_if = "is_none")]
    not_leaving: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_none(units: &u32) -> bool {
    *units == 0
}

impl From<&Line> for LineDocument {
    fn from(line: &Line) -> Self {
        Self {
            id: line.id.number(),
            mollie_id: line.mollie_id.as_ref().map(ToString::to_string),
            line_type: WordDocument::new(&line.line_type, LineType::as_str),
            category: line.category.clone(),
            name: line.name.clone(),
            sku: line.sku.clone(),
            quantity: line.quantity,
            quantity_unit: line.quantity_unit.clone(),
            unit_price: (&line.unit_price).into(),
            discount_amount: line.discount_amount.as_ref().map(Into::into),
            total_amount: (&line.total_amount).into(),
            vat_rate: line.vat_rate.clone(),
            vat_amount: (&line.vat_amount).into(),
            image_url: line.image_url.clone(),
            product_url: line.product_url.clone(),
            metadata: line.metadata.clone(),
            planned_ship_date: line.planned_ship_date,
            reference: line.reference.clone(),
            is_cancelable: line.is_cancelable,
            created_time: line.created_time,
            status: line.status.map(|status| status.as_str().to_owned()),
            unknown_status: line.unknown_status.clone(),
            shipped: (&line.shipped).into(),
            canceled: (&line.canceled).into(),
            refunded: (&line.refunded).into(),
            payment_refunded: (&line.payment_refunded).into(),
            reserved: (&line.reserved).into(),
            canceling: (line.canceling.quantity > 0).then(|| (&line.canceling).into()),
            refunding: (&line.refunding).into(),
            payment_refunding: (&line.payment_refunding).into(),
            is_changing: line.is_changing,
            not_leaving: line.not_leaving,
        }
    }
}

impl TryFrom<LineDocument> for Line {
    type Error = Misfit;

    fn try_from(document: LineDocument) -> Result<Self, Misfit> {
        let status = document.status.map(|text| word("line status", &text, LineStatus::parse));
        let total_amount = document.total_amount.try_into()?;
        Ok(Self {
            id: LineId::new(document.id),
            mollie_id: document.mollie_id.map(MollieLineId::new),
            line_type: document.line_type.read("line type", LineType::parse)?,
            category: document.category,
            name: document.name,
            sku: document.sku,
            quantity: document.quantity,
            quantity_unit: document.quantity_unit,
            unit_price: document.unit_price.try_into()?,
            discount_amount: optional(document.discount_amount)?,
            total_amount,
            vat_rate: document.vat_rate,
            vat_amount: document.vat_amount.try_into()?,
            image_url: document.image_url,
            product_url: document.product_url,
            metadata: document.metadata,
            planned_ship_date: document.planned_ship_date,
            reference: document.reference,
            is_cancelable: document.is_cancelable,
            created_time: document.created_time,
            status: status.transpose()?,
            unknown_status: document.unknown_status,
            shipped: document.shipped.try_into()?,
            canceled: document.canceled.try_into()?,
            refunded: document.refunded.try_into()?,
            payment_refunded: document.payment_refunded.try_into()?,
            reserved: document.reserved.try_into()?,
            canceling: optional(document.canceling)?.unwrap_or(Part::none(total_amount)),
            refunding: document.refunding.try_into()?,
            payment_refunding: document.payment_refunding.try_into()?,
            is_changing: document.is_changing,
            not_leaving: document.not_leaving,
        })
    }
}
