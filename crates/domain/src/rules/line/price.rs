//! What a line costs: `unit_price × quantity − discount_amount`. The total may be left out.

use super::{LineInput, LineType};
use crate::rules::amount_input::{AmountInput, fitting};
use crate::rules::money::{Currency, Money};
use crate::rules::rule::Mark::{D, I};
use crate::rules::rule::Source::Mollie;
use crate::rules::rule::rules;
use crate::rules::violation::Violations;

rules! {
    UNIT_PRICE line_unit_price = "line.unit_price", Refuse, Mollie(D, "create order, lines[].unitPrice"),
        "A line has a unit price, VAT included.",
        refused [|order| drop(order["lines"][1]["unitPrice"].take())],
        accepted [|order| order["lines"][1]["unitPrice"]["value"] = "0.00".into()];

    OF_DEDUCTION line_price_of_deduction = "line.price_of_deduction", Refuse, Mollie(D, "get order, lines[].unitPrice"),
        "A discount, store credit or gift card has a unit price of zero or below.",
        refused [
            |order| {
                order["lines"][1]["type"] = "discount".into();
                order["lines"][1]["unitPrice"]["value"] = "0.01".into();
            },
        ],
        accepted [
            |order| {
                order["lines"][1]["type"] = "discount".into();
                order["lines"][1]["unitPrice"]["value"] = "-0.01".into();
            },
        ];

    BELOW_ZERO line_price_below_zero = "line.price_below_zero", Warn, Mollie(I, "create order, lines[].unitPrice: negative for discounts"),
        "A line of another type has a unit price of zero or above; Mollie has taken others.",
        refused [|order| order["lines"][1]["unitPrice"]["value"] = "-0.01".into()],
        accepted [|order| order["lines"][1]["unitPrice"]["value"] = "0.00".into()];

    DISCOUNT line_discount_amount = "line.discount_amount", Refuse, Mollie(D, "create order, lines[].discountAmount"),
        "A discount is not negative.",
        refused [|order| order["lines"][0]["discountAmount"]["value"] = "-0.01".into()],
        accepted [|order| order["lines"][0]["discountAmount"]["value"] = "0.00".into()];

    ABOVE_PRICE line_discount_above_price = "line.discount_above_price", Warn, Mollie(I, "create order, lines[].discountAmount"),
        "A discount takes off no more than unit_price × quantity.",
        refused [|order| order["lines"][0]["discountAmount"]["value"] = "798.01".into()],
        accepted [|order| order["lines"][0]["discountAmount"]["value"] = "798.00".into()];

    TOTAL line_total_amount = "line.total_amount", Refuse, Mollie(D, "create order, lines[].totalAmount"),
        "A total, if given, is unit_price × quantity − discount_amount.",
        refused [|order| order["lines"][0]["totalAmount"] = serde_json::json!({ "currency": "EUR", "value": "697.99" })],
        accepted [|order| order["lines"][0]["totalAmount"] = serde_json::json!({ "currency": "EUR", "value": "698.00" })];
}

/// The amounts of a line but for its VAT, where they could be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Price {
    pub unit: Option<Money>,
    pub discount: Option<Money>,
    /// Given or computed; none where it does not follow from the others.
    pub total: Option<Money>,
}

impl Price {
    /// Reads and checks them.
    pub fn read(
        line: &LineInput,
        quantity: Option<u32>,
        line_type: Option<LineType>,
        currency: Option<Currency>,
        at: &impl Fn(&str) -> String,
        faults: &mut Violations,
    ) -> Self {
        if line.unit_price.is_none() {
            faults.lacks(at("unit_price"), &UNIT_PRICE);
        }
        let mut money = |field: &str, input: &Option<AmountInput>| {
            input.as_ref().and_then(|input| input.parse_in(currency, &at(field), faults))
        };
        let unit = money("unit_price", &line.unit_price);
        let discount = money("discount_amount", &line.discount_amount);
        let total = money("total_amount", &line.total_amount);
        if let (Some(line_type), Some(unit)) = (line_type, unit) {
            sign(line_type, unit, &at("unit_price"), faults);
        }
        // What cannot be read is not nothing.
        let is_read = |input: &Option<AmountInput>, money: Option<Money>| input.is_none() || money.is_some();
        let gross = unit.zip(quantity).filter(|_| is_read(&line.discount_amount, discount));
        let net = gross.and_then(|(unit, quantity)| net((unit, quantity), discount, at, faults));
        let total = net.and_then(|net| match total {
            None if line.total_amount.is_none() => fitting(Ok(net), &at("total_amount"), faults),
            Some(total) if total == net => Some(net),
            None => None,
            Some(total) => {
                let expected = format!("{net} (unit_price × quantity − discount_amount)");
                faults.breaks(at("total_amount"), &TOTAL, expected, total.to_string());
                None
            }
        });
        Self { unit, discount, total }
    }
}

/// `unit × quantity − discount`.
fn net(
    (unit, quantity): (Money, u32),
    discount: Option<Money>,
    at: &impl Fn(&str) -> String,
    faults: &mut Violations,
) -> Option<Money> {
    let discount = discount.unwrap_or(Money::zero(unit.currency()));
    if discount.minor() < 0 {
        let expected = "zero or a positive amount";
        faults.breaks(at("discount_amount"), &DISCOUNT, expected, discount.to_string());
    }
    let gross = unit.times(quantity);
    if let Ok(gross) = gross
        && unit.minor() >= 0
        && discount.minor() > gross.minor()
    {
        let expected = format!("at most {gross} (unit_price × quantity)");
        faults.breaks(at("discount_amount"), &ABOVE_PRICE, expected, discount.to_string());
    }
    match gross.and_then(|gross| gross.minus(discount)) {
        Ok(net) => Some(net),
        Err(error) => fitting(Err(error), &at("total_amount"), faults),
    }
}

fn sign(line_type: LineType, unit: Money, path: &str, faults: &mut Violations) {
    let kind = line_type.as_str();
    if line_type.deducts() && unit.minor() > 0 {
        let expected = format!("zero or below for a line of type {kind}");
        faults.breaks(path, &OF_DEDUCTION, expected, unit.to_string());
    } else if !line_type.deducts() && unit.minor() < 0 {
        let expected = format!("zero or above for a line of type {kind}");
        faults.breaks(path, &BELOW_ZERO, expected, unit.to_string());
    }
}
