//! A line as answers show it: of an order, with its counters; or a part of it, as shipments and refunds have it.

use serde_json::Value;

use super::json::{HTML, Object, link};
use super::money::Minor;
use super::records::{Line, LineType, Order, Share};
use super::switches::LineTexts;
use super::vat::VatRate;
use super::world::World;

/// What has become of a line so far, and what may still become of it.
pub const LINE_COUNTERS: [&str; 9] = [
    "quantityShipped",
    "amountShipped",
    "quantityRefunded",
    "amountRefunded",
    "quantityCanceled",
    "amountCanceled",
    "shippableQuantity",
    "refundableQuantity",
    "cancelableQuantity",
];

impl LineType {
    pub(super) fn as_text(self) -> &'static str {
        match self {
            Self::Physical => "physical",
            Self::Discount => "discount",
            Self::Digital => "digital",
            Self::ShippingFee => "shipping_fee",
            Self::StoreCredit => "store_credit",
            Self::GiftCard => "gift_card",
            Self::Surcharge => "surcharge",
        }
    }
}

/// A line of an order, with its counters.
pub(super) fn line_json(order: &Order, line: &Line, world: &World) -> Value {
    let amount = |minor| order.currency.amount(minor);
    let cancelable = order.cancelable_quantity(line);
    let refunded = order.refunded_of(line);
    line_head(order, line, line.status.as_text(), cancelable > 0, world)
        .or_null("category", line.category.as_deref(), world.shows_nulls(order))
        .set("quantity", line.quantity)
        .maybe("quantityUnit", line.quantity_unit.as_deref())
        .set("quantityShipped", line.shipped.quantity)
        .set("amountShipped", amount(line.shipped.amount))
        .set("quantityRefunded", refunded.quantity)
        .set("amountRefunded", amount(refunded.amount))
        .set("quantityCanceled", line.canceled.quantity)
        .set("amountCanceled", amount(line.canceled.amount))
        .set("shippableQuantity", order.shippable_quantity(line))
        .set("refundableQuantity", order.refundable_quantity(line))
        .set("cancelableQuantity", cancelable)
        .set("unitPrice", amount(line.unit_price))
        .maybe("vatRate", line.vat_rate().map(VatRate::as_text))
        .maybe("vatAmount", line.vat.as_ref().and_then(|vat| vat.amount).map(amount))
        .set("totalAmount", amount(line.total))
        .set("createdAt", world.time(line.created_at.unwrap_or(order.created_at)))
        .maybe("discountAmount", line.discount.map(amount))
        .maybe("_links", line_links(line))
        .into()
}

/// A part of a line, in a shipment or a refund: without counters, with the amounts of the part alone.
pub(super) fn part_json(
    order: &Order,
    line: &Line,
    part: Share,
    vat: Option<Minor>,
    head: Object,
    world: &World,
) -> Value {
    let amount = |minor| order.currency.amount(minor);
    let discount = line.unit_price * i64::from(part.quantity) - part.amount;
    head.set("quantity", part.quantity)
        .set("unitPrice", amount(line.unit_price))
        .maybe("vatRate", line.vat_rate().map(VatRate::as_text))
        .maybe("vatAmount", vat.map(amount))
        .maybe("discountAmount", Some(discount).filter(|discount| *discount != 0).map(amount))
        .set("totalAmount", amount(part.amount))
        .set("createdAt", world.time(line.created_at.unwrap_or(order.created_at)))
        .maybe("_links", line_links(line))
        .into()
}

/// What a line of an order and a line of a shipment begin with.
pub(super) fn line_head(
    order: &Order,
    line: &Line,
    status: &str,
    is_cancelable: bool,
    world: &World,
) -> Object {
    let shown = |text: &str| match world.switches().texts_of_lines {
        LineTexts::AsSent => text.to_owned(),
        LineTexts::Trimmed => text.trim_end().to_owned(),
    };
    Object::default()
        .set("resource", "orderline")
        .set("id", line.id.as_str())
        .set("orderId", order.id.as_str())
        .set("name", shown(&line.name))
        .set("sku", line.sku.as_deref().map(shown))
        .set("type", line.line_type.as_text())
        .maybe("category", line.category.as_deref())
        .set("status", status)
        .set("metadata", line.metadata.clone())
        .set("isCancelable", is_cancelable)
}

fn line_links(line: &Line) -> Option<Value> {
    if line.product_url.is_none() && line.image_url.is_none() {
        return None;
    }
    let page = |url: &String| link(url, HTML);
    Some(
        Object::default()
            .maybe("productUrl", line.product_url.as_ref().map(page))
            .maybe("imageUrl", line.image_url.as_ref().map(page))
            .into(),
    )
}
