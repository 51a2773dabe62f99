//! The VAT of a line: its rate, and the amount that follows from the total. The amount may be left out.

use super::price::Price;
use super::{LineInput, LineType};
use crate::rules::money::Money;
use crate::rules::rule::Mark::{D, I, R};
use crate::rules::rule::Source::Mollie;
use crate::rules::rule::rules;
use crate::rules::vat::VatRate;
use crate::rules::violation::Violations;

rules! {
    REQUIRED line_vat = "line.vat", Required, Mollie(D, "create order, lines[].vatRate; get order: optional"),
        "A line has a VAT rate.",
        refused [|order| drop(order["lines"][0]["vatRate"].take())],
        accepted [|order| order["lines"][0]["vatRate"] = "0.00".into()];

    PAIR line_vat_pair = "line.vat_pair", Refuse, Mollie(I, "create order, lines[].vatAmount"),
        "A VAT amount has a rate.",
        refused [
            |order| {
                order["profile"] = serde_json::json!({ "readsGetOrder": true });
                drop(order["lines"][1]["vatRate"].take());
                order["lines"][1]["vatAmount"] = serde_json::json!({ "currency": "EUR", "value": "57.27" });
            },
        ],
        accepted [|order| order["lines"][1]["vatAmount"] = serde_json::json!({ "currency": "EUR", "value": "57.27" })];

    RATE line_vat_rate = "line.vat_rate", Refuse, Mollie(D, "create order, lines[].vatRate"),
        "A VAT rate is a percentage as text, from 0 to 999.9999, with at most 4 decimals.",
        refused [
            |order| order["lines"][0]["vatRate"] = "-1".into(),
            |order| order["lines"][0]["vatRate"] = "21%".into(),
            |order| order["lines"][0]["vatRate"] = "1.23456".into(),
            |order| order["lines"][0]["vatRate"] = "0021.00".into(),
        ],
        accepted [|order| order["lines"][0]["vatRate"] = "26.5".into(), |order| order["lines"][0]["vatRate"] = "0".into()];

    ZEROS line_vat_rate_zeros = "line.vat_rate_zeros", Warn, Mollie(I, "create order, lines[].vatRate"),
        "A VAT rate has no zeros before it.",
        refused [|order| order["lines"][0]["vatRate"] = "021.00".into()],
        accepted [|order| order["lines"][0]["vatRate"] = "0.50".into()];

    AMOUNT line_vat_amount = "line.vat_amount", Refuse, Mollie(D, "create order, lines[].vatAmount"),
        "A VAT amount, if given, is total_amount × vat_rate / (100 + vat_rate), rounded to the currency.",
        refused [|order| order["lines"][0]["vatAmount"] = serde_json::json!({ "currency": "EUR", "value": "121.13" })],
        accepted [|order| order["lines"][0]["vatAmount"] = serde_json::json!({ "currency": "EUR", "value": "121.14" })];

    HALF line_vat_half = "line.vat_half", Warn, Mollie(I, "create order, lines[].vatAmount: no answer is known"),
        "VAT that is exactly half a cent may be rounded either way; left out, it is rounded away from zero.",
        refused [
            |order| {
                order["lines"][1]["unitPrice"]["value"] = "0.03".into();
                order["lines"][1]["vatRate"] = "20.00".into();
            },
        ],
        accepted [
            |order| {
                order["lines"][1]["unitPrice"]["value"] = "0.04".into();
                order["lines"][1]["vatRate"] = "20.00".into();
            },
        ];

    OF_DEDUCTION line_vat_of_deduction = "line.vat_of_deduction", Warn, Mollie(R, "an answer of −1.00 at 10 % with VAT −0.10"),
        "The VAT of a line that takes money off may be a cent beside the formula.",
        refused [
            |order| {
                order["lines"][1]["type"] = "discount".into();
                order["lines"][1]["unitPrice"]["value"] = "-1.00".into();
                order["lines"][1]["vatAmount"] = serde_json::json!({ "currency": "EUR", "value": "-0.18" });
            },
        ],
        accepted [
            |order| {
                order["lines"][1]["type"] = "discount".into();
                order["lines"][1]["unitPrice"]["value"] = "-1.00".into();
                order["lines"][1]["vatAmount"] = serde_json::json!({ "currency": "EUR", "value": "-0.17" });
            },
        ];

    GIFT_CARD line_gift_card_vat = "line.gift_card_vat", Refuse, Mollie(D, "create order, lines[].type"),
        "A gift card has a VAT rate of 0: it was taxed when it was sold.",
        refused [
            |order| {
                order["lines"][1]["type"] = "gift_card".into();
                order["lines"][1]["unitPrice"]["value"] = "-10.00".into();
            },
        ],
        accepted [
            |order| {
                order["lines"][1]["type"] = "gift_card".into();
                order["lines"][1]["unitPrice"]["value"] = "-10.00".into();
                order["lines"][1]["vatRate"] = "0.00".into();
            },
        ];

    STORE_CREDIT line_store_credit_vat = "line.store_credit_vat", Warn, Mollie(I, "create order, lines[].type"),
        "Store credit has a VAT rate of 0.",
        refused [
            |order| {
                order["lines"][1]["type"] = "store_credit".into();
                order["lines"][1]["unitPrice"]["value"] = "-10.00".into();
            },
        ],
        accepted [
            |order| {
                order["lines"][1]["type"] = "store_credit".into();
                order["lines"][1]["unitPrice"]["value"] = "-10.00".into();
                order["lines"][1]["vatRate"] = "0.00".into();
            },
        ];
}

/// The rate, or a fault.
pub(super) fn rate(
    text: &str,
    line_type: Option<LineType>,
    path: &str,
    faults: &mut Violations,
) -> Option<VatRate> {
    if text.is_empty() {
        faults.lacks(path, &REQUIRED);
        return None;
    }
    let Some(rate) = VatRate::parse(text) else {
        let expected = "a percentage as text from 0 to 999.9999, with at most 4 decimals, such as 21.00";
        faults.breaks(path, &RATE, expected, text);
        return None;
    };
    if rate.has_leading_zeros() {
        faults.breaks(path, &ZEROS, "no zeros before the rate", text);
    }
    let untaxed = match line_type {
        Some(LineType::GiftCard) => Some(&GIFT_CARD),
        Some(LineType::StoreCredit) => Some(&STORE_CREDIT),
        Some(
            LineType::Physical
            | LineType::Digital
            | LineType::ShippingFee
            | LineType::Discount
            | LineType::Surcharge,
        )
        | None => None,
    };
    if let Some(rule) = untaxed.filter(|_| !rate.is_zero()) {
        faults.breaks(path, rule, "0.00 for a line of this type", text);
    }
    Some(rate)
}

/// The VAT as given, if it follows from the total; computed, if it is left out.
pub(super) fn amount(
    line: &LineInput,
    rate: Option<&VatRate>,
    price: Price,
    line_type: Option<LineType>,
    path: &str,
    faults: &mut Violations,
) -> Option<Money> {
    let currency = price.unit.map(Money::currency);
    let given = line.vat_amount.as_ref().map(|input| input.parse_in(currency, path, faults));
    if given.is_some() && line.vat_rate.is_empty() {
        faults.breaks(path, &PAIR, "no VAT amount, as there is no rate", "one");
    }
    let (rate, total) = (rate?, price.total?);
    let vat = rate.within(total);
    if vat.is_half() {
        let expected = match faults.refuses(&HALF) {
            true => "a total_amount or vat_rate whose VAT is not exactly half a minor unit",
            false => "an amount whose VAT is not exactly half a minor unit",
        };
        faults.breaks(path, &HALF, expected, vat.to_string());
    }
    let Some(given) = given else { return Some(vat.nearest()) };
    let given = given?;
    if vat.admits(given) {
        return Some(given);
    }
    let expected = format!("{vat} (total_amount × {rate} / (100 + {rate}))");
    let takes_off = line_type.is_some_and(LineType::deducts) || total.minor() < 0;
    // Of nothing there is no other reading.
    if takes_off && line_type != Some(LineType::GiftCard) && vat.is_beside(given) {
        faults.breaks(path, &OF_DEDUCTION, expected, given.to_string());
        return Some(given);
    }
    faults.breaks(path, &AMOUNT, expected, given.to_string());
    None
}
