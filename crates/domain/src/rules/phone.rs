//! Phone numbers of an address. Their shape is E.164; whether anybody was given such a number, a library's numbering plans say.

use super::rule::Mark::{D, R};
use super::rule::Source::Mollie;
use super::rule::rules;
use super::violation::Violations;

rules! {
    SHAPE address_phone = "address.phone", Refuse, Mollie(D, "create order, address: phone"),
        "A phone number is E.164: + and 2 to 15 digits, the first not 0, and nothing else.",
        refused [
            |order| order["billingAddress"]["phone"] = "020 8202070".into(),
            |order| order["billingAddress"]["phone"] = "+0208202070".into(),
            |order| order["billingAddress"]["phone"] = format!("+{}", "3".repeat(16)).into(),
        ],
        accepted [|order| order["billingAddress"]["phone"] = "+31208202070".into()];

    PLAN address_phone_plan = "address.phone_plan", Warn, Mollie(R, "+3130920207, no number of the Netherlands, was accepted"),
        "A phone number is one of its country's numbering plan; another may be mistyped.",
        refused [|order| order["billingAddress"]["phone"] = "+3130920207".into()],
        accepted [|order| order["billingAddress"]["phone"] = "+31309202070".into()];
}

/// Checks a number; none is given where the text is empty.
pub(super) fn check(text: &str, path: &str, faults: &mut Violations) {
    if text.is_empty() {
        return;
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if !is_shaped(text) {
        let plus = if text.starts_with('+') { "a leading +" } else { "no leading +" };
        let is_other = |c: char| !c.is_ascii_digit() && c != '+';
        let other = if text.chars().any(is_other) { ", other characters" } else { "" };
        let expected = "E.164: + and 2 to 15 digits, the first not 0, nothing else";
        faults.breaks(path, &SHAPE, expected, format!("{digits} digits, {plus}{other}"));
    } else if !phonenumber::parse(None, text).is_ok_and(|number| number.is_valid()) {
        faults.breaks(path, &PLAN, "a number of its country's numbering plan", format!("{digits} digits"));
    }
}

fn is_shaped(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|number| {
        number.bytes().all(|b| b.is_ascii_digit())
            && !number.starts_with('0')
            && (2..=15).contains(&number.len())
    })
}
