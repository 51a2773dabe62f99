//! Orders in Mollie's own JSON, as files in `orders/`, turned into drafts of the API.

use prost_types::value::Kind;
use prost_types::{ListValue, Struct};
use serde_json::Value;

use crate::proto::{Address, Amount, OrderDraft, OrderLineDraft, OrderLineType};

/// The example of Mollie's "Create order": 1027.99 EUR, the first line two items with 100.00 off.
pub const LEGO: &str = include_str!("../orders/lego.json");
/// 1677.00 SEK at two VAT rates, with a delivery fee and a discount; the first line three items with 147.00 off.
pub const SECOND: &str = include_str!("../orders/second-order.json");
/// 15.00 EUR: two mugs at 10.00, and a gift card of 5.00 on a line of its own.
pub const GIFT_CARD: &str = include_str!("../orders/gift-card.json");

/// The draft of an order in Mollie's JSON, to be paid by `method`.
pub fn draft(json: &str, method: &str) -> OrderDraft {
    let order: Value = serde_json::from_str(json).expect("the order is JSON");
    let address = |name: &str| order[name].is_object().then(|| address(&order[name]));
    OrderDraft {
        order_number: text(&order["orderNumber"]),
        amount: amount(&order["amount"]),
        lines: order["lines"].as_array().into_iter().flatten().map(line).collect(),
        billing_address: address("billingAddress"),
        shipping_address: address("shippingAddress"),
        consumer_date_of_birth: text(&order["consumerDateOfBirth"]),
        redirect_url: text(&order["redirectUrl"]),
        cancel_url: text(&order["cancelUrl"]),
        locale: text(&order["locale"]),
        method: vec![method.to_owned()],
        metadata: metadata(&order["metadata"]),
        ..OrderDraft::default()
    }
}

/// The LEGO order under another number.
pub fn numbered(number: &str, method: &str) -> OrderDraft {
    OrderDraft { order_number: number.to_owned(), ..draft(LEGO, method) }
}

fn line(line: &Value) -> OrderLineDraft {
    let kind = format!("ORDER_LINE_TYPE_{}", text(&line["type"]).to_uppercase());
    OrderLineDraft {
        r#type: OrderLineType::from_str_name(&kind).expect("a line's type").into(),
        category: text(&line["category"]),
        name: text(&line["name"]),
        quantity: line["quantity"].as_i64().expect("a line's quantity"),
        unit_price: amount(&line["unitPrice"]),
        discount_amount: amount(&line["discountAmount"]),
        total_amount: amount(&line["totalAmount"]),
        vat_rate: text(&line["vatRate"]),
        vat_amount: amount(&line["vatAmount"]),
        sku: text(&line["sku"]),
        image_url: text(&line["imageUrl"]),
        product_url: text(&line["productUrl"]),
        metadata: metadata(&line["metadata"]),
        ..OrderLineDraft::default()
    }
}

fn address(address: &Value) -> Address {
    let part = |name: &str| text(&address[name]);
    Address {
        organization_name: part("organizationName"),
        title: part("title"),
        given_name: part("givenName"),
        family_name: part("familyName"),
        email: part("email"),
        phone: part("phone"),
        street_and_number: part("streetAndNumber"),
        street_additional: part("streetAdditional"),
        postal_code: part("postalCode"),
        city: part("city"),
        region: part("region"),
        country: part("country"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn amount(value: &Value) -> Option<Amount> {
    value.is_object().then(|| Amount { currency: text(&value["currency"]), value: text(&value["value"]) })
}

fn metadata(value: &Value) -> Option<prost_types::Value> {
    (!value.is_null()).then(|| any(value))
}

fn any(value: &Value) -> prost_types::Value {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(truth) => Kind::BoolValue(*truth),
        Value::Number(number) => Kind::NumberValue(number.as_f64().expect("a number")),
        Value::String(text) => Kind::StringValue(text.clone()),
        Value::Array(items) => Kind::ListValue(ListValue { values: items.iter().map(any).collect() }),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), any(value)));
            Kind::StructValue(Struct { fields: fields.collect() })
        }
    };
    prost_types::Value { kind: Some(kind) }
}

/// The setting of a profile whose callers name each line that they ship.
pub const EXPLICIT: (&str, &str) = ("ORDER_SERVICE__PROFILES__MAIN__COMPANIONS", "explicit");
