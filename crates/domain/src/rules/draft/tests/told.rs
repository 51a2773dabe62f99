//! What is told of a fault: where it is, and what to send instead.

use super::forms::{expected, read};
use super::*;

#[test]
fn an_amount_in_another_currency_than_all_lines_is_the_one_that_is_wrong() {
    let usd = |value: &str| Some(AmountInput { currency: "USD".into(), value: value.into() });
    let wrong = faults(|draft| {
        draft.lines = vec![draft.lines[1].clone(); 30];
        draft.amount = usd("9899.70");
    });
    assert_eq!(wrong, fault("draft.amount.currency", "order.one_currency", "USD"));
    let lines = faults(|draft| draft.lines[1].unit_price = usd("329.99"));
    assert_eq!(lines, fault("draft.lines[1].unit_price.currency", "order.one_currency", "USD"));
    let unreadable = faults(|draft| {
        for line in &mut draft.lines {
            line.unit_price = Some(AmountInput { currency: "XAU".into(), value: "1.00".into() });
            (line.discount_amount, line.total_amount, line.vat_amount) = (None, None, None);
        }
    });
    assert!(unreadable.iter().all(|(_, rule, _)| *rule == "amount.currency"), "{unreadable:?}");
}

#[test]
fn a_fee_in_another_currency_than_the_order_is_told() {
    let draft = read(|draft| {
        let fee = [("currency", "USD"), ("value", "1.00")];
        let fee = fee.map(|(part, text)| (format!("application_fee.amount.{part}"), text.to_owned()));
        draft.payment.0.extend(fee);
    });
    let told: Vec<_> = draft.warnings.iter().map(|it| (it.path.as_str(), it.expected.as_str())).collect();
    let path = "draft.payment.application_fee";
    let currency = "draft.payment.application_fee.amount.currency";
    assert_eq!(
        told,
        [(path, "none: the profile has an API key, and a fee needs an access token"), (currency, "EUR")]
    );
}

#[test]
fn a_further_parameter_that_has_a_field_is_told_which() {
    let told = |name: &str| {
        let further = serde_json::json!({ name: "x" }).to_string();
        let told = expected(|draft| drop(draft.payment.0.insert("further_parameters".into(), further)));
        assert_eq!(told[0].0, format!("draft.payment.further_parameters.{name}"));
        told[0].1.clone()
    };
    for (name, field) in [
        ("amount", "draft.amount"),
        ("method", "draft.method"),
        ("redirectUrl", "draft.redirect_url"),
        ("metadata", "draft.metadata"),
        ("profileId", "profile"),
        ("dueDate", "draft.payment.due_date"),
    ] {
        assert_eq!(told(name), format!("the field {field} in its place"));
    }
    assert_eq!(told("webhookUrl"), "none: the service sets it");
}

#[test]
fn what_a_profile_refuses_is_told_by_what_to_send() {
    let told = |rule: &str, change: fn(&mut OrderInput)| {
        let strict = [rule.to_owned()].into();
        let agreed = Agreements { strict, locale_fallback: Some("en_GB".into()), ..Agreements::default() };
        let mut input = lego();
        change(&mut input);
        input.parse("draft", now(), &agreed).unwrap_err().violations[0].expected.clone()
    };
    let left_out = told("line.type_left_out", |draft| draft.lines[0].line_type = None);
    assert_eq!(left_out, "a type, such as physical");
    let locale = told("order.locale_fallback", |draft| draft.locale = "en_CA".into());
    assert!(locale.starts_with("one of en_US en_GB"), "{locale}");
    let half = told("line.vat_half", |draft| {
        let line = &mut draft.lines[1];
        (line.unit_price, line.total_amount, line.vat_amount) = (Some(euro("0.03")), None, None);
        (line.vat_rate, draft.amount) = ("20.00".into(), None);
    });
    assert_eq!(half, "a total_amount or vat_rate whose VAT is not exactly half a minor unit");
}
