//! The draft that an order's end leaves behind, as a message. What is personal comes from the order, as far as it still has it: events have none.

use domain::rules::amount_input::AmountInput;
use domain::rules::continuation;
use domain::rules::line::LineInput;
use domain::rules::order::Order;
use domain::rules::shipment::ShipmentLine;

use super::common::address;
use super::{order, value};
use crate::proto;

pub fn draft(of: &Order, left: &[ShipmentLine]) -> proto::OrderDraft {
    let (draft, personal) = (continuation::draft(of, left), &of.personal);
    proto::OrderDraft {
        order_number: draft.order_number,
        amount: draft.amount.map(amount),
        lines: draft.lines.into_iter().map(line).collect(),
        billing_address: personal.billing_address.as_ref().map(address),
        shipping_address: personal.shipping_address.as_ref().map(address),
        consumer_date_of_birth: personal
            .consumer_date_of_birth
            .map(|date| date.to_string())
            .unwrap_or_default(),
        redirect_url: draft.redirect_url,
        cancel_url: draft.cancel_url,
        locale: draft.locale,
        method: draft.methods,
        metadata: draft.metadata.as_ref().map(value::from_json),
        shopper_country_must_match_billing_country: draft.shopper_country_must_match_billing_country,
        ..proto::OrderDraft::default()
    }
}

fn line(line: LineInput) -> proto::OrderLineDraft {
    let line_type = line.line_type.flatten().map(order::line_type);
    proto::OrderLineDraft {
        r#type: line_type.unwrap_or_default().into(),
        category: line.category,
        name: line.name,
        quantity: line.quantity,
        quantity_unit: line.quantity_unit,
        unit_price: line.unit_price.map(amount),
        discount_amount: line.discount_amount.map(amount),
        total_amount: line.total_amount.map(amount),
        vat_rate: line.vat_rate,
        vat_amount: line.vat_amount.map(amount),
        sku: line.sku,
        image_url: line.image_url,
        product_url: line.product_url,
        metadata: line.metadata.as_ref().map(value::from_json),
        planned_ship_date: line.planned_ship_date,
        reference: line.reference,
    }
}

fn amount(AmountInput { currency, value }: AmountInput) -> proto::Amount {
    proto::Amount { currency, value }
}
